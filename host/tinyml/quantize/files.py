# SPDX-License-Identifier: MIT
"""A float model file and data, packed: what `tinyml quantize` does."""
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np

from tinyml.board import Board
from tinyml.data import Item, read_data, spread
from tinyml.errors import ModelError
from tinyml.inputs import read_item, to_reals
from tinyml.ir import Graph
from tinyml.model import Model
from tinyml.options import Options
from tinyml.pack import (KNOWN, Packed, Shapes, labels_of, name_of, pack_graph, read_model,
                         within)
from tinyml.quantize.assign import FIXED
from tinyml.quantize.choose import JUDGED, Chosen, Ways, choose, describe
from tinyml.quantize.compare import Layer, layers
from tinyml.quantize.executor import Executor
from tinyml.quantize.floats import read_float_model
from tinyml.quantize.labels import answer, read_labels
from tinyml.quantize.reasons import Reason, reason
from tinyml.quantize.source import Source
from tinyml.quantize.wav import read_frontend

ENOUGH = 50                     # items that tell an accuracy


@dataclass(frozen=True)
class Accuracy:
    """Percent of right answers, of the float model and of the packed one, on so many items.
    `unseen`: none of them is one that ranges were found on; `classes`: that answers are of."""

    floats: float
    bytes: float
    items: int
    unseen: bool
    classes: int


@dataclass(frozen=True)
class Result:
    """A packed model, and how good it is. `worst`: its ops, those that add most noise first."""

    packed: Packed
    chosen: Chosen
    calibrated: int
    input_range: tuple[float, float]
    worst: list[tuple[Layer, Reason]]
    accuracy: Accuracy | None

    def figures(self) -> dict:
        """For --json."""
        rows = [{"op": layer.op.label, "name": layer.op.name, "own_db": _finite(layer.own.decibels),
                 "db": _finite(layer.whole.decibels), "why": why.what, "way_out": why.way}
                for layer, why in self.worst]
        right = self.accuracy and {"float_percent": self.accuracy.floats,
                                   "int8_percent": self.accuracy.bytes,
                                   "items": self.accuracy.items, "unseen": self.accuracy.unseen}
        return self.packed.figures() | {
            "ways": describe(self.chosen.ways), "output_db": _finite(self.chosen.decibels),
            "calibrated": self.calibrated, "input_range": self.input_range, "layers": rows,
            "accuracy": right}


def _finite(decibels: float) -> float | None:
    """As JSON can hold it; None: exact, or all noise."""
    return round(decibels, 2) if isfinite(decibels) else None


def quantise_file(model: Path, source: Source, ways: Ways = Ways(), options: Options = Options(),
                  board: Board | None = None, shapes: Shapes = KNOWN,
                  tell: Callable[[str], None] = lambda line: None) -> Result:
    """Quantises a float model on data and packs it. Raises ModelError, UnsupportedError, FitError.
    """
    if source.data is None:
        raise ModelError("ranges are found on data: give --data, a folder or an .npz with about "
                         "100 typical inputs of the model")
    graph = read_float_model(read_model(model, shapes), name_of(model))
    names = labels_of(source.names, model)
    data = read_data(source.data, graph.inputs, tuple(p.tensor.name for p in graph.inputs),
                     source.frontend and read_frontend(source.frontend))
    labels = read_labels(source.labels, source.data, data, graph.outputs[0].tensor.elements, names)
    seen, scored = split(len(data.items), labels, source.calibrate)

    def item(number: int) -> Item:
        return [source.prepare(array, port)
                for array, port in zip(data.items[number](), graph.inputs, strict=True)]
    items = [item(number) for number in seen]
    tell(f"{len(items)} of {len(data.items)} items")
    chosen = choose(graph, items, ways, tell)
    packed = pack_graph(chosen.quantised.graph, names, within(options, board))
    ends = chosen.stats[id(chosen.graph.inputs[0].tensor)].ends
    accuracy = None if labels is None else Accuracy(
        *_percent(graph, packed, map(item, scored), labels[scored]), len(scored),
        not set(seen) & set(scored), max(graph.outputs[0].tensor.elements, 2))
    return Result(packed, chosen, len(items), ends, _worst(chosen, items[:JUDGED]), accuracy)


def split(count: int, labels: np.ndarray | None, calibrated: int) -> tuple[list[int], list[int]]:
    """Which items ranges are found on, evenly from all classes, and on which answers are counted:
    the others, or all where those are few."""
    order = range(count) if labels is None else np.argsort(labels, kind="stable")
    seen = sorted(map(int, spread(order, calibrated)))
    others = sorted({*range(count)} - {*seen})
    return seen, others if len(others) >= ENOUGH else list(range(count))


def _worst(chosen: Chosen, items) -> list[tuple[Layer, Reason]]:
    found = layers(chosen.graph, chosen.quantised, items)
    found = [layer for layer in found if np.any(layer.own.error)]
    return [(layer, reason(layer, chosen.quantised.tensors[id(layer.op.output)],
                           chosen.stats[id(layer.op.output)], len(items)))
            for layer in sorted(found, key=lambda layer: layer.own.decibels)]


def _percent(graph: Graph, packed: Packed, items, labels: np.ndarray) -> tuple[float, float]:
    """Right answers of both models."""
    output = graph.outputs[0].tensor
    producer = graph.producer(output)
    is_share = producer is not None and producer.label in FIXED
    executor, right = Executor(graph), np.zeros(2)
    with Model(packed.file) as opened:
        for item, label in zip(items, labels, strict=True):
            answers = executor.run(item, [output])[id(output)], _on_bytes(opened, item)
            right += [answer(values, is_share) == label for values in answers]
    floats, bytes_ = 100 * right / len(labels)
    return float(floats), float(bytes_)


def _on_bytes(model: Model, item) -> np.ndarray:
    """The first output of the packed model."""
    held = [read_item(np.float32(array).reshape(port.shape), port)
            for array, port in zip(item, model.ports(0), strict=True)]
    for raw, port in zip(held[1:], model.ports(0)[1:]):
        port.buffer[:] = raw
    return to_reals(model.ports(1)[0], bytes(model.run(held[0])))
