# SPDX-License-Identifier: MIT
"""The .tflite of a net answers as its .tml does, and packed becomes the same."""
import numpy as np
import pytest
import tflite
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.search_nets import nets, random_weights
from tinyml.importers import import_model
from tinyml.model import Model
from tinyml.options import Options
from tinyml.pack import pack_graph
from tinyml.quantize.assign import assign
from tinyml.quantize.calibrate import calibrate
from tinyml.quantize.ranges import minmax
from tinyml.search.graph import float_graph
from tinyml.search.net import Block, Conv, Net
from tinyml.search.tflite_file import tflite_file

pytest.importorskip("tflite_micro")
from tests import tflm  # noqa: E402

thorough = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=30)
OPTIONS = Options()
PICTURES = Net((28, 28, 1), (Conv("stem", (3, 3), (2, 2), 8),
                             Block("a", (5, 5), (1, 1), 16, 8, True),
                             Block("b", (3, 3), (2, 2), 24, 12, False),
                             Block("c", (7, 7), (1, 1), 12, 12, True)), 10)
ROWS = Net((49, 1, 40), (Conv("stem", (3, 1), (2, 1), 16),
                         Block("a", (7, 1), (2, 1), 32, 16, False),
                         Block("b", (5, 1), (1, 1), 16, 16, True)), 12)


def quantised(net, seed=0):
    """The graph of bytes, and random items in bytes."""
    graph, rng = float_graph(net, random_weights(net, seed), "net"), np.random.default_rng(seed)
    items = [[np.float32(rng.normal(0, 1, (1, *net.input)))] for _ in range(4)]
    ranges = {key: minmax(one) for key, one in calibrate(graph, items).items()}
    bytes_ = rng.integers(-128, 128, (4, 1, *net.input), np.int8)
    return assign(graph, ranges).graph, bytes_


def answers(packed, items):
    with Model(packed.file) as model:
        return [bytes(model.run(item.tobytes())) for item in items]


def planned(packed):
    """What was packed, but for how long that took, and for the word in the file that a pad was folded."""
    other = "plan_seconds", "removed", "file_bytes", "schedule_bytes"
    return {key: value for key, value in packed.figures().items() if key not in other}


def check(net, seed=0, options=OPTIONS):
    """Both ways from the graph to answers, and TensorFlow Lite Micro's."""
    graph, items = quantised(net, seed)
    file = tflite_file(graph)
    straight, around = (pack_graph(one, options=options)
                        for one in (graph, import_model(file, "net")))
    wanted = answers(straight, items)
    assert answers(around, items) == wanted
    assert [tflm.run(file, [item])[0].tobytes() for item in items] == wanted
    assert planned(around) == planned(straight)


@pytest.mark.parametrize("net", [PICTURES, ROWS])
@pytest.mark.parametrize("options", [OPTIONS, Options(goal="smallest", feed_rows=True)])
def test_a_net_of_pictures_or_rows_is_the_same_model(net, options):
    check(net, options=options)


@thorough
@given(net=nets(), seed=st.integers(0, 99))
def test_any_net_is_the_same_model(net, seed):
    check(net, seed)


def test_only_a_border_that_tflite_has_no_word_for_is_an_operator_of_its_own():
    model = tflite.Model.GetRootAs(tflite_file(quantised(PICTURES)[0]), 0)
    main = model.Subgraphs(0)
    kinds = [model.OperatorCodes(main.Operators(i).OpcodeIndex()).BuiltinCode()
             for i in range(main.OperatorsLength())]
    assert kinds.count(tflite.BuiltinOperator.PAD) == 2         # stride 2, sides of 28 and 14
    assert {main.Tensors(i).Type() for i in (*main.InputsAsNumpy(), *main.OutputsAsNumpy())} == {
        tflite.TensorType.INT8}
