# SPDX-License-Identifier: MIT
"""The whole compiler on one screen: a model's bytes in, a schedule out."""
from dataclasses import dataclass, replace
from time import process_time

from tinyml.errors import FitError, UnsupportedError
from tinyml.importers import import_model
from tinyml.ir import Graph, check_graph
from tinyml.link import link
from tinyml.lower import lower
from tinyml.lower.lookups import merge_lookups
from tinyml.lower.step import LoweredStep, view
from tinyml.ops import is_float, problems
from tinyml.passes import run_passes
from tinyml.passes.record import products, removed
from tinyml.passes.split_filters import shorten, split_filters
from tinyml.plan import POINT, Options, Plan, Problem, Task, make_frontier, make_plan
from tinyml.schedule import Schedule

MOST_TRIES = 5                  # of splitting ops, so that their weights have room:
LESS = 70                       # percent of it, the next time
MOST_STEPS = 80                 # of a run that is split only to be smaller: planning takes longer
MOST_ARENA = 1 << 28            # of any model: far beyond every board, and little enough to check


@dataclass(frozen=True)
class Compiled:
    """A schedule, and what the compiler knows about it that the board need not."""

    schedule: Schedule
    graph: Graph
    plan: Plan
    steps: list[LoweredStep]    # as `Task.step` numbers them
    macs: int                   # multiply-accumulates of the model as it came
    plan_seconds: float         # of processor time

    @property
    def executed_macs(self) -> int:
        """Multiply-accumulates of the steps."""
        return self.plan.products


@dataclass(frozen=True)
class Lowered:
    """A model ready to be planned: its steps, the planner's number of each tensor, and lines on
    what was removed."""

    graph: Graph
    macs: int
    steps: list[LoweredStep]
    number: dict[int, int]
    problem: Problem
    removed: tuple[str, ...]


def compile_model(model: bytes, name: str, labels: tuple[str, ...] = (),
                  options: Options = Options()) -> Compiled:
    """Compiles a model file as the options say.

    Raises ModelError for a file that can't be read, UnsupportedError with all that is unsupported
    in it, FitError if no plan fits.
    """
    return compile_graph(import_model(model, name), labels, options)


def compile_graph(graph: Graph, labels: tuple[str, ...] = (),
                  options: Options = Options(), passed: Graph | None = None) -> Compiled:
    """Compiles a graph of int8 tensors; `passed` is what the passes make of it, where that is known.
    Raises as compile_model does."""
    start = process_time()
    lowered, plan = (_planned_paged if options.paged else _planned)(graph, options, passed)
    seconds = process_time() - start
    if plan.arena_bytes > MOST_ARENA:
        raise FitError(f"the arena needs {plan.arena_bytes} bytes: use a smaller input")
    schedule = link(lowered.graph, lowered.steps, plan, lowered.number, labels, lowered.removed)
    return Compiled(schedule, lowered.graph, plan, lowered.steps, lowered.macs, seconds)


def _planned(graph: Graph, options: Options, passed: Graph | None) -> tuple[Lowered, Plan]:
    lowered = lower_graph(graph, options, passed)
    return lowered, make_plan(lowered.problem, options)


def _planned_paged(graph: Graph, options: Options, passed: Graph | None) -> tuple[Lowered, Plan]:
    """Ops are split as far as the RAM asks for, so that it has room for the weights of one; for the
    smallest plan, as long as that makes it smaller."""
    lowered = lower_graph(graph, options, passed)
    passed, room, best, reason = lowered.graph, options.ram, None, None
    for _ in range(MOST_TRIES):
        try:
            plan = make_plan(lowered.problem, options)
            if best and plan.arena_bytes >= best[1].arena_bytes:
                break
            best = lowered, plan
            if options.goal != "smallest":
                break
            room = LESS * plan.arena_bytes // 100
        except FitError as error:
            reason, room = error, room if reason is None else LESS * room // 100
        lowered = lower_graph(graph, options, passed, room)
        if best and len(lowered.steps) > MOST_STEPS:
            break
    if best is None:
        raise reason
    return best


def plan_frontier(model: bytes, name: str, options: Options = Options()) -> list[Plan]:
    """Every plan worth knowing, from the fastest to the smallest. Raises as compile_model does."""
    return make_frontier(lower_graph(import_model(model, name), options).problem, options)


def lower_graph(imported: Graph, options: Options = Options(), passed: Graph | None = None,
                room: int | None = None) -> Lowered:
    """A graph as steps, not planned yet. With pages, weights are in the arena, and if they have to do
    with so much `room`, ops are split. Raises FitError for a tensor beyond every board."""
    if is_float(imported):
        raise UnsupportedError([f"`{imported.name}` computes in float32: quantise it with `tinyml "
                                "quantize MODEL --data FOLDER`, or where it was trained"])
    graph = passed or run_passes(check_graph(imported))
    found = problems(graph)
    if found:
        raise UnsupportedError(found)
    if options.short_steps:
        graph = check_graph(shorten(graph))
    if room is not None:
        held = 0 if options.feed_rows else sum(port.tensor.elements for port in graph.inputs)
        graph = check_graph(split_filters(graph, room - held))
    steps = merge_lookups(graph, [step for op in graph.ops for step in lower(op)])
    if options.short_steps:
        steps = [replace(step, short=True) for step in steps]
    if options.feed_rows:
        if len(graph.inputs) != 1:
            raise UnsupportedError([f"the model has {len(graph.inputs)} inputs; only a model with "
                                    "one can be fed rows"])
        steps.insert(0, LoweredStep("take", {"output": view(graph.inputs[0].tensor)}))
    number, problem = _problem(graph, steps, options.feed_rows, options.paged)
    largest = max(range(len(problem.shapes)), key=problem.size, default=None)
    if largest is not None and problem.size(largest) > MOST_ARENA:
        raise FitError(f"`{problem.names[largest]}` has {problem.size(largest)} bytes, no arena has "
                       f"more than {MOST_ARENA}: use a smaller input")
    return Lowered(graph, products(imported), steps, number, problem, removed(imported, graph))


def _problem(graph: Graph, steps: list[LoweredStep], feed_rows: bool, paged: bool):
    """The planner's view of the steps, and the number of each tensor in it. A tensor that is only
    a view of another (a reshape) has that one's number."""
    sources = {} if feed_rows else {id(port.tensor): port.tensor for port in graph.inputs}
    sources |= {id(state.tensor): state.tensor for state in graph.states}
    shapes = {key: tensor.hwc for key, tensor in sources.items()}
    for step in steps:
        sources.setdefault(id(step.output.tensor), step.output.tensor)
        shapes[id(step.output.tensor)] = step.output.hwc
    number = {key: i for i, key in enumerate(sources)}
    for op in graph.ops:
        if id(op.output) not in number:
            number[id(op.output)] = number[id(op.inputs[0])]
    tasks = tuple(_task(i, step, number, list(shapes.values())) for i, step in enumerate(steps))
    if paged:
        tasks = tuple(replace(task, data=step.data_bytes(), stacked_data=step.data_bytes(True))
                      for task, step in zip(tasks, steps, strict=True))
    states = tuple(number[id(state.tensor)] for state in graph.states)
    inputs = () if feed_rows else tuple(number[id(port.tensor)] for port in graph.inputs)
    outputs = tuple(dict.fromkeys(number[id(port.tensor)] for port in graph.outputs))
    names = tuple(tensor.name for tensor in sources.values())
    return number, Problem(tasks, tuple(shapes.values()), inputs + states, outputs + states, names,
                           states)


def _task(index: int, step: LoweredStep, number: dict[int, int], shapes: list) -> Task:
    """A step as the planner sees it. What is read through another view than its writer's must be
    whole."""
    same_view = all(shapes[number[id(view.tensor)]] == view.hwc for view in step.inputs)
    window = step.window if same_view else None
    return Task(step.name, tuple(number[id(view.tensor)] for view in step.inputs),
                number[id(step.output.tensor)], step.output.hwc, window,
                products=step.products, most_block=step.most_block,
                pointwise=step.name == "conv2d" and window == POINT,
                depthwise=step.name == "depthwise_conv2d",
                in_place=tuple(number[id(tensor)] for tensor in step.in_place),
                accumulates=step.accumulates, step=index, alone=step.alone)
