# SPDX-License-Identifier: MIT
"""How the int8 weights of each op are spread."""
from dataclasses import fields

import numpy as np

from tinyml.ir import Graph, Op, Tensor
from tinyml.page.facts import Histogram

BIN = 4                         # values in a row that count together
LEAST = 2                       # dimensions: what has fewer is a bias, or a table


def histograms(graph: Graph) -> tuple[Histogram, ...]:
    """One for each constant matrix of int8 in the graph, in the order of its ops."""
    return tuple(_histogram(op, tensor) for op in graph.ops for tensor in _weights(op))


def _weights(op: Op) -> list[Tensor]:
    values = [getattr(op, field.name) for field in fields(op)]
    tensors = [one for value in values for one in (value if isinstance(value, tuple) else (value,))]
    return [tensor for tensor in tensors if isinstance(tensor, Tensor) and tensor.data is not None
            and tensor.dtype == "int8" and tensor.data.ndim >= LEAST and tensor.data.size]


def _histogram(op: Op, tensor: Tensor) -> Histogram:
    data = tensor.data.astype(int)
    quant = tensor.quant
    expected = len(quant.scales) if quant else 1        # each scale makes its largest weight 127
    at_limits = max(np.count_nonzero(np.abs(data) >= 127) - expected, 0)
    bins = np.bincount((data.ravel() + 128) // BIN, minlength=256 // BIN)
    return Histogram(op.family, op.name, tensor.shape, int(data.min()), int(data.max()),
                     float((data == 0).mean()), at_limits / data.size, tuple(map(int, bins)))
