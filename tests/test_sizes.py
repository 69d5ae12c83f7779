# SPDX-License-Identifier: MIT
"""Native modules keep to the RAM that they may take, and their functions to a bounded stack."""
import pytest

from tests.test_device import open_or_skip
from tinyml.board import load_board
from tools.micropython import ARCHS, module_path
from tools.mpy_file import loaded_bytes
from tools.sizes import BUILDS, LIMITS, MOST_STACK, TOOLS, module_bytes, object_sizes, objects, stack
from tools.stack import own_frames, read_object
from tools.steps import BUILD

CLAIMS = [(arch, build) for arch in ARCHS for build in BUILDS]
of_each_module = pytest.mark.parametrize("arch, build", CLAIMS,
                                         ids=[" ".join(claim) for claim in CLAIMS])
# Modules that miss their target; one that no longer does must leave this list.
IMPORT = """\
import gc, os
os.chdir("/rom")
gc.collect()
free = gc.mem_free()
import _tinyml
gc.collect()
print(free - gc.mem_free())
"""


def built(arch, build):
    path = BUILD / "mpy" / module_path(arch, build)
    if not path.exists() or not objects(arch, build):
        pytest.skip("python3 tasks.py build mpy")
    return path


@of_each_module
def test_a_module_is_no_larger_than_it_may_be(arch, build):
    built(arch, build)
    others = 32 * 1024 if arch == "x64" else 24 * 1024       # x64 is no board
    assert module_bytes(arch, build) <= LIMITS.get(arch, {}).get(build, others)


@of_each_module
def test_a_module_is_the_sum_of_its_parts(arch, build):
    built(arch, build)
    sizes = object_sizes(arch, build)
    assert all(size >= 0 for size in sizes.values())
    assert sizes["libgcc and links"] < 0.1 * module_bytes(arch, build)


def test_a_core_build_lacks_what_it_says():
    built("armv6m", "core")
    kernels = {build: {name.split("/")[-1] for name in object_sizes("armv6m", build)}
               for build in BUILDS}
    assert kernels["full"] - kernels["core"] >= {
        "transpose", "conv2d_stack", "depthwise_conv2d_stack", "conv2d_unstack"}
    assert kernels["core"] >= {"conv2d", "depthwise_conv2d", "add", "softmax"}


def test_a_board_loses_what_the_file_says(board):
    path = built(load_board(board).arch, "full")
    with open_or_skip(board, rom={"_tinyml.mpy": path.read_bytes()}) as place:
        lost = int(place.run(IMPORT))
    assert 0 <= lost - loaded_bytes(path) < 512         # Python's own objects around it


@of_each_module
def test_the_stack_of_every_call_is_bounded(arch, build):
    built(arch, build)
    depths = stack(arch, build)
    kernels = {name: depth for name, depth in depths.items() if name not in ("tml_open", "tml_run")}
    assert len(kernels) >= 12 and max(kernels.values()) <= MOST_STACK
    assert max(kernels.values()) < depths["tml_run"] <= MOST_STACK + 256
    assert depths["tml_open"] <= 512


@pytest.mark.parametrize("arch", ["armv6m", "armv7emsp", "rv32imc"])
def test_frames_read_from_instructions_are_those_of_the_compiler(arch):
    """So those of assembly, which no compiler tells, can be believed."""
    built(arch, "full")
    compared = 0
    unused = 16 if arch == "rv32imc" else 0     # -msave-restore, told where nothing is saved
    for path in objects(arch, "full").values():
        told = own_frames(path.with_suffix(".su"))
        for function in read_object(path, TOOLS[arch][0], told={}):
            if function.name in told and function.known:
                assert function.frame >= told[function.name] - unused, (path.name, function)
                compared += 1
    assert compared > 30
