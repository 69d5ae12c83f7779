# SPDX-License-Identifier: MIT
"""Bytes of the `.tml` file that a net becomes, without its weights' values."""
from functools import cache
from itertools import chain

from tinyml import format as f
from tinyml.pack import SEEDS
from tinyml.plan import Plan
from tinyml.plan.cores import kind_of
from tinyml.search.net import Layer, Net
from tinyml.search.problem import folded, steps_of

PORTS = 2                       # an input and an output
SKIPPING = 16                   # outputs from which on a layer of one pixel may skip zeros


def file_bytes(net: Net, row_fed: bool, plan: Plan | None = None) -> int:
    """Of the file of a net, planned like this or in any way that stacks nothing; without labels and
    a name. Within one percent: whether the last layer may skip zeros, for 2 bytes an output,
    depends on its weights."""
    layers = folded(net.layers)
    kinds = map(kind_of, plan.problem.tasks) if plan else chain(
        ("take",) * row_fed, *map(steps_of, layers))
    steps = [_record_bytes(kind) for kind in kinds]
    rings = len(steps) + (not row_fed)
    head = (f.HEADER.size + f.RING.size * rings + f.PORT.size * PORTS + sum(steps)
            + _notes(net.classes))
    return _up(head, f.ALIGN) + sum(map(_packed, layers))


def notes_bytes(name: str, labels: tuple[str, ...]) -> int:
    """More than that: of a name and of labels."""
    text = "\n".join(labels).encode()
    return f.ALIGN + _up(len(name.encode()), 4) + (f.NOTE.size + _up(len(text), 4) if text else 0)


@cache
def _record_bytes(kind: str) -> int:
    return f.step_named(kind).size


def _notes(outputs: int) -> int:
    """An empty name, and golden vectors: a seed and the outputs."""
    return f.NOTE.size + len(SEEDS) * (f.NOTE.size + _up(4 + outputs, 4))


def _packed(layer: Layer) -> int:
    """Weights, biases, multipliers and shifts as lower/ packs them: channels in pairs or in fours,
    every array from a multiple of 4 on."""
    (height, width), inputs, outputs = layer.kernel, layer.given[2], layer.shape[2]
    kind = steps_of(layer)[0]
    if kind == "depthwise_conv2d":
        channels = _up(outputs, 4)
        return channels * (height * width + 4 + 4 + 1)
    if kind != "conv2d":
        return 0
    channels = _up(outputs, 2)
    skips = 2 * channels if layer.kind == "dense" and outputs >= SKIPPING else 0
    return channels * (_up(height * width * inputs, 4) + 4 + 4) + _up(channels, 4) + _up(skips, 4)


def _up(number: int, multiple: int) -> int:
    return number + -number % multiple
