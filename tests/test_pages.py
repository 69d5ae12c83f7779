# SPDX-License-Identifier: MIT
"""Plans with room for weights: they replay, keep to their limits, and share places over time."""
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.random_problems import problems
from tests.test_plan import KINDS
from tools.tflite_builder import ModelBuilder
from tinyml.errors import FitError
from tinyml.options import Options
from tinyml.pack import pack
from tinyml.pipeline import compile_model
from tinyml.plan import Problem, Task, make_plan
from tinyml.plan.check import check_plan
from tinyml.plan.pages import Page, pages_of
from tinyml.schedule import decode

thorough = settings(deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def with_data(draw):
    """A problem whose tasks have data, or not."""
    problem = draw(problems())
    sizes = st.sampled_from([0, 0, 4, 8, 20, 48, 100, 400])
    tasks = tuple(replace(task, step=i, data=(data := draw(sizes)), stacked_data=data + 4 * (data > 0))
                  for i, task in enumerate(problem.tasks))
    return replace(problem, tasks=tasks)


def assert_holds_all_data(plan):
    check_plan(plan)
    for index, task in enumerate(plan.problem.tasks):
        pages = [page for page in plan.pages if page.first <= index <= page.last]
        assert len(pages) == (1 if task.data else len(pages)) <= 1
    ends = [page.offset + page.bytes for page in plan.pages]
    assert max(ends, default=0) <= plan.arena_bytes - plan.state_bytes
    assert all(page.offset % 16 == 0 for page in plan.pages)


@settings(thorough, max_examples=30)
@given(problem=with_data(), options=st.sampled_from(KINDS))
def test_plans_with_pages_replay(problem, options):
    plan = make_plan(problem, options)
    assert_holds_all_data(plan)
    assert not any(page.stays for page in plan.pages)


@settings(thorough, max_examples=30)
@given(problem=with_data(), part=st.floats(0.3, 2))
def test_a_plan_with_pages_keeps_to_its_ram(problem, part):
    ram = int(part * make_plan(problem, Options()).arena_bytes)
    try:
        plan = make_plan(problem, Options(ram=ram))
    except FitError as error:
        assert f"more than the {ram} allowed" in str(error)
        return
    assert plan.arena_bytes <= ram
    assert_holds_all_data(plan)


def chain(*sizes, channels=None):
    """Pointwise tasks with so many bytes of data; tensors of 8 x 8 pixels."""
    channels = channels or (1,) * (len(sizes) + 1)
    tasks = tuple(Task("conv2d", (i,), i + 1, (8, 8, channels[i + 1]), data=size, step=i)
                  for i, size in enumerate(sizes))
    shapes = tuple((8, 8, count) for count in channels)
    return Problem(tasks, shapes, (0,), (len(sizes),), tuple(f"t{i}" for i in range(len(shapes))))


SINGLE = Options(stages="single")


def test_weights_take_the_place_of_tensors_that_are_gone():
    """Early tensors are large, late weights are."""
    problem = chain(16, 16, 2000, 16, channels=(1, 32, 1, 1, 1))
    whole = make_plan(problem, SINGLE)
    without = make_plan(replace(problem, tasks=tuple(replace(task, data=0)
                                                     for task in problem.tasks)), SINGLE)
    assert without.arena_bytes < whole.arena_bytes < without.arena_bytes + 200


def test_a_small_page_serves_several_stages_where_there_is_room():
    def page(first, last, size):
        return Page(first, last, size)
    problem = chain(100, 40, 0, 60, 100)
    path = make_plan(problem, SINGLE).stages
    assert pages_of(problem, path) == (page(0, 0, 100), page(1, 2, 40), page(3, 3, 60),
                                       page(4, 4, 100))
    assert pages_of(problem, path, 100) == (page(0, 0, 100), page(1, 3, 100), page(4, 4, 100))
    assert pages_of(problem, path, 300) == (page(0, 4, 300),)


def test_pages_stay_where_there_is_ram_the_largest_first():
    problem = chain(1000, 1600, 700, 1600)
    least = make_plan(problem, SINGLE).arena_bytes
    for ram, stay in ((least, 0), (least + 1000, 1), (least + 5000, 4)):
        plan = make_plan(problem, replace(SINGLE, ram=ram))
        assert plan.arena_bytes <= ram and sum(page.stays for page in plan.pages) == stay
        check_plan(plan)


@pytest.mark.parametrize("size", [4, 262140, 262144, 400000, 1 << 20])
def test_a_page_of_any_size_has_a_ring(size):
    page = pages_of(chain(size), make_plan(chain(size), SINGLE).stages)[0]
    rows, words, channels = page.shape
    assert rows * words * channels == page.bytes and words <= 65535 and channels == 4
    assert size <= page.bytes < size + 4 * rows


def test_the_check_finds_weights_that_were_overwritten():
    plan = make_plan(chain(64, 64), SINGLE)
    moved = replace(plan, pages=tuple(replace(page, offset=plan.offsets[0] // 16 * 16)
                                      for page in plan.pages))
    with pytest.raises(AssertionError):
        check_plan(moved)


def wide(filters=64, one_scale=False, fully_connected=False):
    """A layer with far more weights than tensors, between two others."""
    rng = np.random.default_rng(4)
    b = ModelBuilder()
    x = b.max_pool(b.input((1, 4, 4, 32), 0.1, 3), kernel=(2, 2), stride=(2, 2))
    scales = [0.01] if one_scale else [0.01 * (1 + i % 5) for i in range(filters)]
    shape = (filters, 128) if fully_connected else (filters, 3, 3, 32)
    w = b.constant(rng.integers(-127, 128, shape, np.int8), scales)
    bias = b.constant(rng.integers(-5000, 5000, filters, np.int32), 0.001)
    if fully_connected:
        y = b.fully_connected(b.reshape(x, (1, 128)), w, bias, out=(0.2, -5))
    else:
        y = b.conv2d(x, w, bias, padding="SAME", activation="RELU", out=(0.2, -5))
    return b.finish([y])


@pytest.mark.parametrize("options", [{}, {"one_scale": True}, {"fully_connected": True},
                                     {"filters": 50}])
def test_weights_without_room_are_split_exactly(tmp_path, options):
    """pack compares the packed model with the plain one."""
    path = tmp_path / "wide.tflite"
    path.write_bytes(wide(**options))
    whole = compile_model(path.read_bytes(), "wide", options=Options(paged=True)).plan
    for part in (0.6, 0.4):
        packed = pack(path, options=Options(ram=int(part * whole.arena_bytes), paged=True))
        names = [name for name, _ in decode(packed.file).steps]
        assert names.count("conv2d") > 1 and names.count("concatenation") == names.count("conv2d") - 1
    smallest = pack(path, options=Options(goal="smallest", paged=True))
    assert smallest.figures()["arena_bytes"] < 0.6 * whole.arena_bytes


def test_too_little_ram_for_weights_is_told_in_words(tmp_path):
    with pytest.raises(FitError, match="more than the 600 allowed"):
        compile_model(wide(), "wide", options=Options(ram=600, paged=True))


def test_without_paging_a_plan_has_no_pages():
    compiled = compile_model(wide(), "wide")
    assert not compiled.plan.pages and "page" not in [name for name, _ in compiled.schedule.steps]
