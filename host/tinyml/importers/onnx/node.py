# SPDX-License-Identifier: MIT
"""One operator of a file with its tensors found, and what its readers share."""
from dataclasses import dataclass, replace

import numpy as np

from tinyml.errors import ModelError
from tinyml.ir import Quant, Tensor
from tinyml.ops.transpose import Transpose


class Refused(Exception):
    """A reader's word on why its operator is not supported."""


@dataclass(frozen=True)
class Node:
    """An input left out is None. `opset` is that of the file."""

    kind: str
    name: str
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]
    attributes: dict
    opset: int

    @property
    def output(self) -> Tensor:
        return self.outputs[0]

    def input(self, number: int) -> Tensor | None:
        """An input, or None."""
        return self.inputs[number] if number < len(self.inputs) else None

    def get(self, name: str, default=None):
        """An attribute."""
        return self.attributes.get(name, default)

    def activation(self, number: int = 0) -> Tensor:
        """An input that must not be a constant."""
        tensor = self.input(number)
        if tensor is None:
            raise ModelError(f"{self.kind} `{self.name}`: its input {number} is missing")
        if tensor.data is not None:
            raise Refused(f"of the constant `{tensor.name}`")
        return tensor

    def constant(self, number: int) -> Tensor:
        """An input that must be a constant."""
        tensor = self.input(number)
        if tensor is None:
            raise ModelError(f"{self.kind} `{self.name}`: its input {number} is missing")
        if tensor.data is None:
            raise Refused("without a constant")
        return tensor

    def values(self, attribute: str, number: int, default=None):
        """Numbers that were an attribute in old operator sets and are an input in new ones."""
        if attribute in self.attributes:
            return self.attributes[attribute]
        if self.input(number) is None:
            return default
        return reals(self.constant(number)).tolist()


def arranged(tensor: Tensor, axes, shape=None) -> Tensor:
    """A constant with its axes in another order, and then in another shape that keeps those axes
    along which it has several scales."""
    data = np.ascontiguousarray(tensor.data.transpose(axes))
    data = data if shape is None else data.reshape(shape)
    quant = tensor.quant
    if quant and len(quant.scales) > 1:
        moved = tuple(axes).index(quant.axis % len(axes))
        if shape is not None:
            moved += len(shape) - len(axes) if moved else 0
        quant = replace(quant, axis=moved)
    return replace(tensor, shape=data.shape, data=data, quant=quant)


def require_scales_along(tensor: Tensor, axis: int) -> Tensor:
    """The constant, which has one scale or several along that axis."""
    if tensor.quant and len(tensor.quant.scales) > 1 and tensor.quant.axis != axis:
        raise Refused("with scales along another axis than the output channels")
    return tensor


def reals(tensor: Tensor) -> np.ndarray:
    """The values of a constant."""
    if tensor.quant is None:
        return tensor.data
    shape = [1] * tensor.data.ndim
    if len(tensor.quant.scales) > 1:
        shape[tensor.quant.axis] = -1
    scales, zeros = (np.reshape(values, shape) if tensor.data.ndim else values[0]
                     for values in (tensor.quant.scales, tensor.quant.zero_points))
    return (scales * (tensor.data.astype(np.float64) - zeros)).astype(np.float32)


def as_bytes(constant: Tensor, quant: Quant | None = None) -> Tensor:
    """A constant that is read like an activation, in a scale of its own if none is given."""
    if quant is None and constant.dtype == "int8" and len(constant.quant.scales) == 1:
        return constant
    values = reals(constant)
    if quant is None:
        largest = float(np.abs(values).max(initial=0))
        quant = Quant((float(np.float32(largest / 127 or 1)),), (0,))
    data = np.clip(np.rint(values / quant.scale) + quant.zero_point, -128, 127)
    return replace(constant, dtype="int8", quant=quant, data=data.astype(np.int8))


def reduced_axes(node: Node) -> tuple[int, ...]:
    """The axes of an operator that keeps one number for many; where none are given all of them."""
    rank = len(node.activation().shape)
    axes = node.values("axes", 1) or ([] if node.get("noop_with_empty_axes") else range(rank))
    return tuple(sorted({axis % rank for axis in axes}))


def bias_of(bias: Tensor | None, input: Tensor, weights: Tensor, count: int) -> Tensor | None:
    """A bias as an op holds it: int32 in units of what it is added to, or else real numbers."""
    if bias is None:
        return None
    if bias.dtype == "int32" and bias.quant and input.quant and weights.quant and not np.allclose(
            bias.quant.scales, input.quant.scale * np.float64(weights.quant.scales), rtol=1e-5):
        bias = replace(bias, dtype="float32", quant=None, data=reals(bias))
    elif bias.dtype != "int32":
        bias = replace(bias, dtype="float32", quant=None, data=reals(bias))
    data = np.array(np.broadcast_to(bias.data.reshape(-1), (count,)))
    return replace(bias, shape=data.shape, data=data, quant=None)


def around(node: Node, make):
    """The ops of an operator that `make`s one of channels last, between two transposes where there
    is more than channels."""
    rank = len(node.activation().shape)
    last, first = (0, *range(2, rank), 1), (0, rank - 1, *range(1, rank - 1))
    if rank < 3:
        yield make(node.input(0), node.output)
        return
    turned = transposed(node.input(0), last)
    inner = in_order(node.output, last)
    yield turned
    yield make(turned.output, inner)
    yield Transpose(f"{node.name}/channels_first", node.output, inner, first)


def in_order(tensor: Tensor, axes) -> Tensor:
    """A tensor like another, with its axes in another order."""
    return replace(tensor, shape=tuple(tensor.shape[axis] for axis in axes))


def transposed(tensor: Tensor, axes) -> Transpose:
    """The op that puts the axes of a tensor in another order."""
    return Transpose(f"{tensor.name}/transposed", in_order(tensor, axes), tensor, tuple(axes))


def with_quant(tensor: Tensor, quant: Quant) -> Tensor:
    """A tensor of bytes in a tensor's place, with a scale of its own."""
    return replace(tensor, dtype="int8", quant=quant)


def from_height(axis: int, tensor: Tensor) -> int:
    """An axis counted from the height, as ops count it: that before two others at the end."""
    rank = len(tensor.shape)
    return axis % rank - rank + 3
