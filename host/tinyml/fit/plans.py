# SPDX-License-Identifier: MIT
"""Plans of one model, each made once, as the files that they become."""
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from tinyml.errors import ModelError
from tinyml.importers import import_model
from tinyml.link import link
from tinyml.options import Options
from tinyml.pack import SEEDS, labels_of, name_of, read_file, read_schedule
from tinyml.pipeline import Lowered, lower_graph
from tinyml.plan import make_plan
from tinyml.schedule import decode, encode


class Plans:
    """Of a model file. Golden vectors are left blank: a file's size is right, its tests are not."""

    planned = False

    def __init__(self, path: Path):
        self.name, self._labels = name_of(path), labels_of(None, path)
        self._graph = import_model(read_file(path), self.name)
        self._lowered: dict[bool, Lowered] = {}
        self._files: dict[Options, bytes] = {}

    def file(self, options: Options) -> bytes:
        """The `.tml` that the options ask for. Raises UnsupportedError, FitError."""
        if options not in self._files:
            self._files[options] = self._linked(self._lower(options.feed_rows), options)
        return self._files[options]

    @cached_property
    def image(self) -> tuple[int, int] | None:
        """Height and width of the input, if the model looks at an image."""
        height, width, _ = self._lower(False).graph.inputs[0].tensor.hwc
        return (height, width) if height > 1 and width > 1 else None

    def _lower(self, feed_rows: bool) -> Lowered:
        if feed_rows not in self._lowered:
            self._lowered[feed_rows] = lower_graph(self._graph, feed_rows)
        return self._lowered[feed_rows]

    def _linked(self, lowered: Lowered, options: Options) -> bytes:
        schedule = link(lowered.graph, lowered.steps, make_plan(lowered.problem, options),
                        lowered.number, self._labels, lowered.removed)
        blank = bytes(sum(port.tensor.elements for port in lowered.graph.outputs))
        return encode(replace(schedule, vectors=tuple((seed, blank) for seed in SEEDS)))


class OneFile:
    """A `.tml`, which is planned already: the same file, whatever is asked for."""

    planned = True
    image = None

    def __init__(self, path: Path):
        self._file = read_schedule(path)
        self.name = decode(self._file).name

    def file(self, options: Options) -> bytes:
        return self._file


def plans_of(path: Path, options: Options) -> Plans | OneFile:
    """Of a model file or of a `.tml`. Raises ModelError, ScheduleError."""
    if path.suffix != ".tml":
        return Plans(path)
    if options != Options():
        raise ModelError(f"`{path}` is planned already: give the model itself to plan it otherwise")
    return OneFile(path)
