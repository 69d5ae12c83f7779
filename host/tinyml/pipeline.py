# SPDX-License-Identifier: MIT
"""The whole compiler on one screen: a model's bytes in, a schedule out."""
from dataclasses import dataclass
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
from tinyml.plan import POINT, Options, Plan, Problem, Task, make_frontier, make_plan
from tinyml.schedule import Schedule

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
    lowered = lower_graph(graph, options.feed_rows, passed)
    start = process_time()
    plan = make_plan(lowered.problem, options)
    seconds = process_time() - start
    if plan.arena_bytes > MOST_ARENA:
        raise FitError(f"the arena needs {plan.arena_bytes} bytes: use a smaller input")
    schedule = link(lowered.graph, lowered.steps, plan, lowered.number, labels, lowered.removed)
    return Compiled(schedule, lowered.graph, plan, lowered.steps, lowered.macs, seconds)


def plan_frontier(model: bytes, name: str, options: Options = Options()) -> list[Plan]:
    """Every plan worth knowing, from the fastest to the smallest. Raises as compile_model does."""
    return make_frontier(lower_graph(import_model(model, name), options.feed_rows).problem, options)


def lower_graph(imported: Graph, feed_rows: bool, passed: Graph | None = None) -> Lowered:
    """A graph as steps, not planned yet. Raises FitError for a tensor beyond every board."""
    if is_float(imported):
        raise UnsupportedError([f"`{imported.name}` computes in float32: quantise it with `tinyml "
                                "quantize MODEL --data FOLDER`, or where it was trained"])
    graph = passed or run_passes(check_graph(imported))
    found = problems(graph)
    if found:
        raise UnsupportedError(found)
    steps = merge_lookups(graph, [step for op in graph.ops for step in lower(op)])
    if feed_rows:
        if len(graph.inputs) != 1:
            raise UnsupportedError([f"the model has {len(graph.inputs)} inputs; only a model with "
                                    "one can be fed rows"])
        steps.insert(0, LoweredStep("take", {"output": view(graph.inputs[0].tensor)}))
    number, problem = _problem(graph, steps, feed_rows)
    largest = max(range(len(problem.shapes)), key=problem.size, default=None)
    if largest is not None and problem.size(largest) > MOST_ARENA:
        raise FitError(f"`{problem.names[largest]}` has {problem.size(largest)} bytes, no arena has "
                       f"more than {MOST_ARENA}: use a smaller input")
    return Lowered(graph, products(imported), steps, number, problem, removed(imported, graph))


def _problem(graph: Graph, steps: list[LoweredStep], feed_rows: bool):
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
