# SPDX-License-Identifier: MIT
"""A net and what it learned as bytes for a board, and how good those are: float and int8, on items
that no choice was made on."""
from dataclasses import dataclass

import numpy as np

from tinyml.data import spread
from tinyml.errors import FitError
from tinyml.fit.timing import predicted_cycles
from tinyml.inputs import read_item
from tinyml.ir import Graph
from tinyml.model import Model
from tinyml.options import Options
from tinyml.pack import Packed, pack_graph
from tinyml.quantize.assign import assign
from tinyml.quantize.calibrate import calibrate
from tinyml.quantize.ranges import minmax
from tinyml.search.data.items import Dataset, Items
from tinyml.search.feasible import Budget
from tinyml.search.graph import Weights, float_graph
from tinyml.search.net import Net
from tinyml.search.tflite_file import tflite_file

CALIBRATED = 200                # items that ranges are found on, evenly from all classes
PIXELS = 0.0, 1.0               # the range of a picture: its bytes are the model's own


@dataclass(frozen=True)
class Finalist:
    """A file, and what it takes; `products`: of a run. Accuracies are shares of right answers in int8.
    `tflite`: the file that `file` could have been packed from."""

    file: bytes
    tflite: bytes
    arena_bytes: int
    cycles: int
    products: int
    validation: float
    test: float

    def figures(self) -> dict:
        """For the journal."""
        return {"arena_bytes": self.arena_bytes, "file_bytes": len(self.file), "cycles": self.cycles,
                "products": self.products, "validation": self.validation, "test": self.test}


def finalist(net: Net, weights: Weights, data: Dataset, budget: Budget, name: str) -> Finalist:
    """Quantised, packed with the fastest plan within the budget, and asked. Raises FitError where it
    doesn't fit after all."""
    data = data.at(net.input[:2])
    graph = int8_graph(net, weights, data, name)
    packed = packed_for(graph, data.classes, budget)
    schedule = packed.compiled.schedule
    with Model(packed.file) as model:
        return Finalist(packed.file, tflite_file(graph), schedule.arena_bytes,
                        predicted_cycles(schedule, budget.core), packed.compiled.executed_macs,
                        int8_accuracy(model, data.validation, data),
                        int8_accuracy(model, data.test, data))


def int8_graph(net: Net, weights: Weights, data: Dataset, name: str) -> Graph:
    """Ranges are those of the training items; of pictures, all that a byte can be."""
    graph = float_graph(net, weights, name)
    order = np.argsort(data.train.y, kind="stable")
    x = data.train.x[np.array(spread(order, CALIBRATED))]
    stats = calibrate(graph, [[data.prepare(item, graph.inputs[0])] for item in x])
    ranges = {key: minmax(one) for key, one in stats.items()}
    if x.dtype == np.uint8:
        ranges[id(graph.inputs[0].tensor)] = PIXELS
    return assign(graph, ranges).graph


def packed_for(graph: Graph, classes: tuple[str, ...], budget: Budget) -> Packed:
    """Within the budget. What is left to be seen are weights: how well they pack, and whether the
    quicker ways of the kernels will do."""
    options = Options(ram=budget.ram, feed_rows=budget.row_fed, core=budget.core, cycles=budget.cycles)
    packed = pack_graph(graph, classes, options)
    for what, takes, most in (("bytes of file", len(packed.file), budget.flash),
                              ("cycles", predicted_cycles(packed.compiled.schedule, budget.core),
                               budget.cycles)):
        if most is not None and takes > most:
            raise FitError(f"`{graph.name}` takes {takes} {what}, the budget has {most}")
    return packed


def int8_accuracy(model: Model, items: Items, data: Dataset) -> float:
    """The share of right answers of the packed model, run on this machine."""
    port, right = model.ports(0)[0], 0
    for x, y in zip(items.x, items.y):
        raw = read_item(np.float32(data.prepare(x[None], port)[0]).reshape(port.shape), port)
        right += int(np.frombuffer(model.run(raw), np.int8).argmax() == y)
    return right / len(items.y)
