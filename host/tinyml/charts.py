# SPDX-License-Identifier: MIT
"""Plans and schedules as charts."""
from dataclasses import replace
from pathlib import Path

from tinyml.format import step_named
from tinyml.pack import KNOWN, Shapes, read_model
from tinyml.picture import Block, MemoryChart, Point, frontier_scene, memory_scene
from tinyml.pipeline import Compiled, compile_model
from tinyml.plan import Options, Plan
from tinyml.schedule import Schedule


def plan_chart(plan: Plan, title: str) -> MemoryChart:
    """Every buffer of a plan as a block."""
    blocks = []
    for tensor, (buffer, offset) in enumerate(zip(plan.buffers, plan.offsets, strict=True)):
        height, width, channels = plan.problem.shapes[tensor]
        ring = plan.pixels[tensor] < height * width
        if not buffer.size:
            continue
        blocks.append(Block(f"{height}x{width}x{channels}", offset, buffer.size, buffer.first,
                            buffer.last, "ring" if ring else "tensor"))
    steps = tuple(task.name for task in plan.problem.tasks)
    for page in plan.pages:
        first, last = (0, len(steps) - 1) if page.stays else (page.first, page.last)
        blocks.append(Block("weights", page.offset, page.bytes, first, last, "data"))
    state = plan.state_bytes
    if steps:
        blocks.append(Block("progress", plan.arena_bytes - state, state, 0, len(steps) - 1,
                            "state"))
    return MemoryChart(title, steps, tuple(blocks), plan.arena_bytes)


def memory_picture(model: Path, compiled: Compiled, shapes: Shapes = KNOWN):
    """The arena over time, op by op and as planned."""
    options = Options(stages="single", feed_rows=not compiled.plan.problem.holds_input)
    before = compile_model(read_model(model, shapes), compiled.schedule.name, options=options)
    return memory_scene(plan_chart(before.plan, "op by op"), plan_chart(compiled.plan, "planned"),
                        compiled.schedule.name)


def frontier_picture(name: str, points: list[dict], board):
    """Bytes against what they cost."""
    return frontier_scene([Point(point["arena_bytes"], point["extra_percent"],
                                 point["cycles"] / 1e6) for point in points], name,
                          board.ram_bytes if board else None)


def schedule_chart(schedule: Schedule) -> MemoryChart:
    """The arena over time, as far as a schedule tells: a ring lives as long as its stage, and
    what a stage does not wait for from the step that wrote it last."""
    stage_of, first = [], 0
    turns = [number for number, (name, _) in enumerate(schedule.steps) if name == "page"]
    until = dict(zip(turns, [turn - 1 for turn in turns[1:]] + [len(schedule.steps) - 1]))
    for number, (_, values) in enumerate(schedule.steps):
        first = number if values["stage"] else first
        last = until.get(number, first + max(schedule.steps[first][1]["stage"], 1) - 1)
        stage_of.append((first, last))
    blocks: list[Block] = []

    def hold(index, begin, end, kind=None):
        ring = schedule.rings[index]
        whole = ring["pixels"] == ring["height"] * ring["width"]
        blocks.append(Block(f"{ring['height']}x{ring['width']}x{ring['channels']}", ring["offset"],
                            ring["pixels"] * ring["channels"], begin, end,
                            kind or ("tensor" if whole else "ring")))

    def read(index, end):
        offset = schedule.rings[index]["offset"]
        known = max((i for i, block in enumerate(blocks) if block.offset == offset), default=None)
        if known is not None:
            blocks[known] = replace(blocks[known], last=max(end, blocks[known].last))
    for port in schedule.ports:
        if port["kind"] == 0:
            hold(port["ring"], -1, -1)
    for number, (name, values) in enumerate(schedule.steps):
        first, last = stage_of[number]
        for field in step_named(name).fields[4:6]:
            if values["inputs"]:
                read(values[field.name], last)
        hold(values["output"], first, last, "data" if name == "page" else None)
    for port in schedule.ports:
        if port["kind"] == 1:
            read(port["ring"], len(schedule.steps))
    steps = tuple(name for name, _ in schedule.steps)
    return MemoryChart(schedule.name, steps, tuple(blocks), schedule.arena_bytes)
