# SPDX-License-Identifier: MIT
"""Vision models on emulated boards whose whole heap is small: that of Python, of the module and its
own code, of the arena. Rows are fed; weights are used where they lie in ROMFS, or read from a file
as if there were none."""
import pytest

from tests.shared import golden, model_file, needs_shared
from tests.test_golden import assert_exact
from tinyml.inputs import items_of, read_item
from tinyml.model import Model
from tinyml.pack import pack
from tinyml.plan import Options
from tinyml.remote import Remote

KIB = 1024
FED = Options(goal="smallest", max_extra=0, feed_rows=True)

pytestmark = needs_shared


@pytest.mark.parametrize("name, heap", [
    ("mcunet/mcunet-320kb-1mb_imagenet", 96 * KIB),
    ("mcunet/tinyengine_vww", 40 * KIB),
])
def test_a_heap_is_enough(name, heap):
    run_exactly("m4f", name, heap, FED)


@pytest.mark.parametrize("place, name, heap, ram", [
    ("m0", "tflm/person_detect", 100 * KIB, 50000),
    ("m4f", "mlperf_tiny/vww_96_int8", 64 * KIB, 20000),
])
def test_a_heap_is_enough_where_weights_stay_in_the_file(place, name, heap, ram):
    """The file is larger than the heap, or leaves no room for the arena."""
    options = Options(ram=ram, max_extra=0, feed_rows=True, paged=True)
    run_exactly(place, name, heap, options)


def run_exactly(place, name, heap, options):
    file = pack(model_file(name), options=options).file
    given, wanted = golden(name)[0]
    with Model(file) as model:
        port, out = model.ports(0)[0], model.ports(1)[0]
        assert port.fed
        raw = read_item(items_of(given, port)[0], port)
    given_there = {"inputs.bin": raw}           # in ROMFS: what a camera gives is not on the heap
    with Remote(place, file, heap, files=given_there, paged=options.paged) as remote:
        (ran,) = remote.run_there("/rom/inputs.bin")
        assert_exact(ran.outputs[0], wanted, out)
        free, whole = map(int, remote.place.run(
            "import gc\ngc.collect()\nprint(gc.mem_free(), gc.mem_free() + gc.mem_alloc())"
        ).split())
    assert whole < heap and free > 2 * KIB
