# SPDX-License-Identifier: MIT
"""Plans of one model, each made once, as the files that they become."""
from dataclasses import replace
from pathlib import Path

from tinyml.errors import ModelError
from tinyml.importers import import_model
from tinyml.options import Options
from tinyml.pack import KNOWN, SEEDS, Shapes, labels_of, name_of, read_model, read_schedule
from tinyml.pipeline import compile_graph
from tinyml.schedule import decode, encode


class Plans:
    """Of a model file. Golden vectors are left blank: a file's size is right, its tests are not."""

    planned = False

    def __init__(self, path: Path, shapes: Shapes = KNOWN):
        self.name, self._labels = name_of(path), labels_of(None, path)
        self._graph = import_model(read_model(path, shapes), self.name)
        self._files: dict[Options, bytes] = {}

    def file(self, options: Options) -> bytes:
        """The `.tml` that the options ask for. Raises UnsupportedError, FitError."""
        if options not in self._files:
            compiled = compile_graph(self._graph, self._labels, options)
            blank = bytes(sum(port.tensor.elements for port in compiled.graph.outputs))
            vectors = tuple((seed, blank) for seed in SEEDS)
            self._files[options] = encode(replace(compiled.schedule, vectors=vectors))
        return self._files[options]

    @property
    def image(self) -> tuple[int, int] | None:
        """Height and width of the input, if the model looks at an image."""
        schedule = decode(self.file(Options()))
        ring = schedule.rings[schedule.ports[0]["ring"]]
        return (ring["height"], ring["width"]) if min(ring["height"], ring["width"]) > 1 else None


class OneFile:
    """A `.tml`, which is planned already: the same file, whatever is asked for."""

    planned = True
    image = None

    def __init__(self, path: Path):
        self._file = read_schedule(path)
        self.name = decode(self._file).name

    def file(self, options: Options) -> bytes:
        return self._file


def plans_of(path: Path, options: Options, shapes: Shapes = KNOWN) -> Plans | OneFile:
    """Of a model file or of a `.tml`. Raises ModelError, ScheduleError."""
    if path.suffix != ".tml":
        return Plans(path, shapes)
    if options != Options():
        raise ModelError(f"`{path}` is planned already: give the model itself to plan it otherwise")
    return OneFile(path)
