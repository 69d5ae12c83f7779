# SPDX-License-Identifier: MIT
"""Some filters of a convolution or a fully connected op, as an op."""
from dataclasses import replace

from tinyml.ir import Op, Quant, Tensor


def some_filters(op: Op, first: int, end: int) -> Op:
    """The op with these filters alone, its name, input and output as they were."""
    data, quant, bias = op.weights.data[first:end], op.weights.quant, op.bias
    if quant and len(quant.scales) > 1:
        quant = Quant(quant.scales[first:end], quant.zero_points[first:end], quant.axis)
    if bias is not None:
        part = bias.data.reshape(-1)[first:end]
        bias = replace(bias, shape=part.shape, data=part)
    return replace(op, bias=bias, weights=replace(op.weights, shape=data.shape, data=data,
                                                  quant=quant))


def some_channels(tensor: Tensor, name: str, count: int) -> Tensor:
    """A tensor like another, of so many channels."""
    return replace(tensor, name=name, shape=(*tensor.shape[:-1], count))
