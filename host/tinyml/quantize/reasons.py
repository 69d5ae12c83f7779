# SPDX-License-Identifier: MIT
"""Why an op loses precision, from where its error comes, and what can be done about it."""
from dataclasses import dataclass

import numpy as np

from tinyml.ir import Tensor
from tinyml.quantize.calibrate import Stats
from tinyml.quantize.compare import Layer, ends
from tinyml.quantize.weights import rows

HARMLESS = 30.0                 # decibels of one op that need no explanation
MOSTLY = 0.5                    # of the error
UNEVEN = 8.0                    # times: channels this far apart suffer from one scale
DEAD = 1e-6                     # of the largest channel: those below it hold nothing
RARE = 0.995                    # of the values that outliers are compared with


@dataclass(frozen=True)
class Reason:
    """`what` was found, and the `way` out."""

    what: str
    way: str


def reason(layer: Layer, tensor: Tensor, stats: Stats, count: int) -> Reason:
    """Why this op adds noise. `tensor` holds the bytes of its output, `count` items were seen."""
    own = layer.own
    lost = own.share(own.error)
    rounding = count * tensor.elements // own.channels * tensor.quant.scale ** 2 / 12
    if own.decibels > HARMLESS:
        return Reason("the usual rounding", "")
    if own.share(own.clipped) > MOSTLY * lost:
        return _of_clipping(tensor, stats)
    if own.share(rounding) > MOSTLY * lost:
        return _of_rounding(tensor, stats)
    return _of_weights(layer)


def _of_clipping(tensor: Tensor, stats: Stats) -> Reason:
    """The range is too small."""
    (low, high), (least, most) = ends(tensor), stats.ends
    if low - tensor.quant.scale <= least and most <= high + tensor.quant.scale:
        return Reason("errors of ops before it push values out of its range", "")
    return Reason(f"values beyond {low:.3g} ... {high:.3g} are cut off",
                  "--ranges minmax, or more varied data")


def _of_rounding(tensor: Tensor, stats: Stats) -> Reason:
    """The steps of the output are coarse."""
    usual, most = _usual(stats), max(map(abs, stats.ends))
    if most > UNEVEN / 2 * usual > 0:
        return Reason(f"outliers: 99.5 % of values stay within {usual:.3g}, the range goes to "
                      f"{most:.3g}", "--ranges mse, or relu6 instead of relu")
    sizes = np.maximum(np.abs(stats.channels("low")), np.abs(stats.channels("high")))
    sizes = sizes[sizes > DEAD * sizes.max(initial=0)]
    if len(sizes) and sizes.max() > UNEVEN * np.median(sizes):
        return Reason(f"one range for all channels: the largest is {sizes.max() / np.median(sizes):.0f} "
                      "times the usual one", "--equalise, or weight decay in training")
    return Reason(f"steps of {tensor.quant.scale:.3g} are coarse for these values",
                  "fewer layers in a row without normalisation, or train with quantisation")


def _usual(stats: Stats) -> float:
    """What nearly all values stay within."""
    distance = np.abs(stats.centres)
    order = np.argsort(distance)
    share = np.cumsum(stats.counts[order]) / max(stats.counts.sum(), 1)
    return float(distance[order][min(np.searchsorted(share, RARE), len(order) - 1)])


def _of_weights(layer: Layer) -> Reason:
    op = layer.op
    if getattr(op, "weights", None) is None:
        return Reason(f"the arithmetic of {op.label} on bytes", "")
    kept = np.abs(rows(op)).astype(np.float64)
    spread = np.median(kept.max(axis=1) / np.maximum(np.median(kept, axis=1), 1e-12))
    if spread > 4 * UNEVEN:
        return Reason(f"weights: the largest of a channel is {spread:.0f} times the usual one",
                      "weight decay or clipping in training")
    return Reason("rounding of the weights", "--correct-biases, or train with quantisation")

