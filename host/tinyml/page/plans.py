# SPDX-License-Identifier: MIT
"""A packed model as the page shows it: memory map, ops, tensors, moments of a run."""
from tinyml.charts import plan_chart
from tinyml.pack import Packed
from tinyml.page.facts import Group, Place, PlanView, Row, Sheet
from tinyml.page.moments import firing_counts, moments
from tinyml.page.words import kept_words, kind_words, shape_words, short_name, some_ops
from tinyml.picture import Block
from tinyml.picture.axes import amount
from tinyml.pipeline import Compiled
from tinyml.plan import Plan
from tinyml.plan.cost import cycles
from tinyml.plan.stages import StageChoice
from tinyml.profile import Profile
from tinyml.turns import firing_order

MOST_SHEETS = 200               # of a run in patches there may be thousands


def plan_view(key: str, title: str, options: str, packed: Packed,
              measured: Profile | None = None) -> PlanView:
    """All that there is to say of a plan."""
    schedule, plan = packed.compiled.schedule, packed.compiled.plan
    order = firing_order(packed.file, schedule)
    peak = plan_chart(plan, title).peak()
    sheets = _sheets(packed.compiled)
    shown = len(sheets) <= MOST_SHEETS
    return PlanView(
        key, title, options, plan.arena_bytes, len(packed.file), plan.products,
        sum(task_cycles(plan)), measured and measured.whole, measured.culprit if measured else "",
        f"{peak.ops}, {peak.size}", (peak.first, peak.last), _places(packed.compiled),
        _rows(packed, order, measured), _groups(plan), sheets if shown else (),
        moments(plan, order) if shown else ())


def _places(compiled: Compiled) -> tuple[Place, ...]:
    """The blocks of the memory map, each with its words; the last is the machine's own."""
    plan, problem = compiled.plan, compiled.plan.problem
    tensors = [t for t, buffer in enumerate(plan.buffers) if buffer.size]
    return tuple(_place(compiled, block, tensor) for block, tensor in zip(
        plan_chart(plan, "").blocks, (*tensors, None))
        if block.last >= 0 and block.first < len(problem.tasks))


def _place(compiled: Compiled, block: Block, tensor: int | None) -> Place:
    plan, problem = compiled.plan, compiled.plan.problem
    first, last = max(block.first, 0), min(block.last, len(problem.tasks) - 1)
    where = f"{some_ops(first, last)} · bytes {block.offset:,} to {block.offset + block.size:,}"
    if tensor is None:
        return Place(block.kind, first, last, block.offset, block.size, "progress",
                     f"progress of ops that take turns · {amount(block.size)} · {where}")
    shape, made = problem.shapes[tensor], kind_words(_maker(compiled, tensor))
    tip = " · ".join((f"{made} {short_name(problem.names[tensor])}", shape_words(shape),
                      kept_words(plan.pixels[tensor], shape), amount(block.size), where))
    return Place(block.kind, first, last, block.offset, block.size, shape_words(shape), tip)


def _maker(compiled: Compiled, tensor: int) -> str:
    """The kind of step that writes a tensor, or what it is if none does."""
    problem = compiled.plan.problem
    if tensor in problem.begins:
        return compiled.schedule.steps[problem.begins[tensor]][0]
    return "state" if tensor in problem.states else "input"


def _rows(packed: Packed, order: list[int], measured: Profile | None) -> tuple[Row, ...]:
    compiled, rows = packed.compiled, []
    plan, seen = compiled.plan, set()
    firings, spent = firing_counts(plan, order), task_cycles(plan)
    for number, task in enumerate(plan.problem.tasks):
        step = compiled.steps[task.step]
        weights = sum(array.nbytes for array in step.arrays.values())
        rows.append(Row(
            number, compiled.schedule.steps[number][0], plan.problem.names[task.writes],
            plan.problem.shapes[task.writes], task.products,
            spent[number], firings[number],
            0 if task.step in seen else weights, plan.pixels[task.writes],
            plan.buffers[task.writes].size, task.high > 0,
            measured and measured.parts[number].cost))
        seen.add(task.step)                 # tiles share their weights
    return tuple(rows)


def task_cycles(plan: Plan) -> list[int]:
    """What is predicted of each task, on a Cortex-M4."""
    found = []
    for task, stage in zip(plan.problem.tasks, _stage_of(plan), strict=True):
        alone = stage.first == stage.last
        found.append(cycles(task, task.block(stage.block, alone), alone))
    return found


def _stage_of(plan: Plan) -> list[StageChoice]:
    return [stage for stage in plan.stages for _ in range(stage.first, stage.last + 1)]


def _groups(plan: Plan) -> tuple[Group, ...]:
    """The stages; those of one op that follow one another stand together."""
    groups: list[Group] = []
    for stage in plan.stages:
        if stage.first < stage.last:
            block = max(plan.problem.tasks[i].block(stage.block)
                        for i in range(stage.first, stage.last + 1))
            groups.append(Group(stage.first, stage.last, block))
        elif groups and not groups[-1].block:
            groups[-1] = Group(groups[-1].first, stage.last, 0)
        else:
            groups.append(Group(stage.first, stage.last, 0))
    return tuple(groups)


def _sheets(compiled: Compiled) -> tuple[Sheet, ...]:
    """Every tensor that is in RAM at some time, in the order they come to life."""
    plan, problem = compiled.plan, compiled.plan.problem
    stages = _stage_of(plan)

    def life(tensor: int) -> tuple[int, str, int, int]:
        begin = problem.begins.get(tensor, -1)
        end = max(problem.readers[tensor], default=max(begin, 0))
        last = len(stages) if tensor in problem.outputs else stages[end].last
        return begin, _maker(compiled, tensor), stages[max(begin, 0)].first, last
    found = [Sheet(tensor, *life(tensor), problem.names[tensor], problem.shapes[tensor],
                   plan.pixels[tensor], buffer.size)
             for tensor, buffer in enumerate(plan.buffers) if buffer.size and stages]
    return tuple(sorted(found, key=lambda sheet: sheet.op))
