# SPDX-License-Identifier: MIT
"""A model file packed into the bytes of a `.tml`, with golden vectors inside."""
from dataclasses import dataclass, replace
from pathlib import Path

from tinyml import pipeline
from tinyml.board import Board, core_of
from tinyml.errors import ModelError, ScheduleError
from tinyml.importers import import_model, with_shapes
from tinyml.ir import Graph
from tinyml.model import Model
from tinyml.pipeline import Compiled, compile_graph
from tinyml.plan import Options
from tinyml.schedule import encode

Shapes = dict[str, tuple[int, ...]]     # by the names of inputs, as `with_shapes` takes them
KNOWN: Shapes = {}                      # all sizes stand in the file
SEEDS = (0x5EED0001, 0x5EED0002)        # of the golden vectors; any numbers but 0


@dataclass(frozen=True)
class Packed:
    """A `.tml` file's bytes, and what the compiler said."""

    file: bytes
    compiled: Compiled

    def figures(self) -> dict:
        """The numbers of `pack --json`: bytes, multiply-accumulates, seconds."""
        schedule, compiled = self.compiled.schedule, self.compiled
        return {"name": schedule.name, "arena_bytes": schedule.arena_bytes,
                "schedule_bytes": len(self.file) - len(schedule.data),
                "weight_bytes": len(schedule.data), "file_bytes": len(self.file),
                "steps": len(schedule.steps), "stages": len(compiled.plan.stages),
                "macs": compiled.macs,
                "executed_macs": compiled.executed_macs,
                "removed": schedule.removed, "cycles": round(compiled.plan.cycles),
                "plan_seconds": compiled.plan_seconds}


def pack(model: Path, labels: Path | None = None, options: Options = Options(),
         board: Board | None = None, shapes: Shapes = KNOWN) -> Packed:
    """Packs a model file as the options say, for at most the RAM of a board if there is one.
    `shapes` are those of inputs whose sizes the file leaves open.

    The golden vectors are what the plainest plan gives, op by op; the packed file must give them.
    Raises ModelError if the file can't be read, UnsupportedError, FitError.
    """
    graph = import_model(read_model(model, shapes), name_of(model))
    return pack_graph(graph, labels_of(labels, model), within(options, board))


def pack_graph(graph: Graph, labels: tuple[str, ...] = (), options: Options = Options()) -> Packed:
    """Packs a graph of bytes as `pack` does a file."""
    compiled = compile_graph(graph, labels, options)
    plain = compile_graph(graph, options=Options(stages="single"), passed=compiled.graph).schedule
    vectors = tuple((seed, _output_of_noise(encode(plain), seed)) for seed in SEEDS)
    schedule = replace(compiled.schedule, vectors=vectors)
    packed = Packed(encode(schedule), replace(compiled, schedule=schedule))
    with Model(packed.file) as opened:
        assert opened.selftest() == (len(SEEDS),) * 2, "the plan changes the model's output"
    return packed


def plan_frontier(model: Path, options: Options = Options(), board: Board | None = None,
                  shapes: Shapes = KNOWN):
    """The figures of every plan worth knowing, from the fastest to the smallest."""
    plans = pipeline.plan_frontier(read_model(model, shapes), name_of(model),
                                   within(options, board))
    least = min((plan.products for plan in plans), default=1)
    return [{"arena_bytes": plan.arena_bytes, "products": plan.products, "cycles": round(plan.cycles),
             "extra_percent": 100 * (plan.products / max(least, 1) - 1),
             "stages": len(plan.stages)} for plan in plans]


def within(options: Options, board: Board | None) -> Options:
    """The options for a board, if there is one: with its core, and its RAM as the limit if that is
    less."""
    if board is None:
        return options
    ram = board.ram_bytes if options.ram is None else min(options.ram, board.ram_bytes)
    return replace(options, ram=ram, core=core_of(board.arch, board))


def name_of(model: Path) -> str:
    """The file's name as text, also where it isn't UTF-8."""
    return model.stem.encode(errors="replace").decode()


def read_file(path: Path) -> bytes:
    """The bytes of a file, or a ModelError that says why not."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"`{path}` cannot be read: {error.strerror}") from None


def read_model(path: Path, shapes: Shapes = KNOWN) -> bytes:
    """The bytes of a model file, with sizes that its user tells."""
    return with_shapes(read_file(path), name_of(path), shapes)


def read_schedule(path: Path, options: Options = Options(), board: Board | None = None) -> bytes:
    """A `.tml` as it is, or a model packed here. Raises ScheduleError if it is damaged."""
    if path.suffix != ".tml":
        return pack(path, options=options, board=board).file
    file = read_file(path)
    try:
        Model(file).close()
    except ValueError as error:
        raise ScheduleError(f"`{path}`: {error}") from None
    return file


def labels_of(path: Path | None, model: Path) -> tuple[str, ...]:
    """One label per line: from the file, or from MODEL.txt or labels.txt beside the model."""
    if path is None:
        beside = (model.with_suffix(".txt"), model.parent / "labels.txt")
        path = next((found for found in beside if found.is_file()), None)
    return read_labels(path) if path else ()


def read_labels(path: Path) -> tuple[str, ...]:
    """One label per line."""
    try:
        return tuple(read_file(path).decode().strip().splitlines())
    except UnicodeDecodeError:
        raise ModelError(f"`{path}` is not UTF-8 text: one label per line") from None


def _output_of_noise(file: bytes, seed: int) -> bytes:
    """All outputs of the model for the noise that a seed stands for."""
    with Model(file) as model:
        model.run_noise(seed)
        return b"".join(bytes(buffer) for buffer in model.outputs)
