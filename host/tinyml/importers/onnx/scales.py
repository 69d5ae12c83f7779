# SPDX-License-Identifier: MIT
"""Which tensor each value of an ONNX graph is, where scales are operators of their own.

The real values before a QuantizeLinear and behind a DequantizeLinear stand for one tensor of
bytes. An operator that keeps scales (a reshape, a relu) lends them to a neighbour that has none.
"""
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np

from tinyml.ir import Quant

MOVERS = {"MaxPool", "GlobalMaxPool", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose",
          "Identity", "Dropout", "Slice", "Split", "Gather", "DepthToSpace", "SpaceToDepth", "Expand", "Pad",
          "Cast", "ReduceMax", "ReduceMin",
          "channel shuffle"}
KEEPERS = MOVERS | {"Relu", "Clip", "Concat"}
AVERAGES = {"AveragePool", "GlobalAveragePool", "ReduceMean"}       # never leave the input's range
LINEAR = {"Conv", "Gemm", "MatMul"}
EIGHT_BITS = {"int8": 0, "uint8": 128}      # to be taken off, so that all is int8


@dataclass(frozen=True)
class Scales:
    """`quants` by the name of a value, as int8 has it; `same`: values that are other names of one."""

    quants: dict[str, tuple[str, Quant]] = field(default_factory=dict)
    same: dict[str, str] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)

    def root(self, name: str) -> str:
        """The name under which a value is known."""
        while name in self.same:
            name = self.same[name]
        return name

    def of(self, name: str) -> tuple[str, Quant] | None:
        """Type and scale of a value."""
        return self.quants.get(self.root(name))


def quant_of(node, constants, types) -> tuple[str, Quant] | None:
    """Type and scale that an operator of the two kinds states; None unless they are constants."""
    arrays = [constants.get(name) for name in node.inputs[1:3] if name]
    if not arrays or any(array is None for array in arrays) or node.attributes.get("block_size"):
        return None
    held = node.inputs[0] if node.kind == "DequantizeLinear" else node.outputs[0]
    dtype = arrays[1].dtype.name if len(arrays) > 1 else types[held]
    scales = np.float32(arrays[0]).ravel()
    zeros = np.broadcast_to(arrays[1].ravel() if len(arrays) > 1 else 0, scales.shape)
    moved = tuple(int(zero) - EIGHT_BITS.get(dtype, 0) for zero in zeros)
    axis = node.attributes.get("axis", 1) if len(scales) > 1 else 0
    return dtype, Quant(tuple(map(float, scales)), moved, axis)


def find_scales(nodes, constants, types, outputs) -> Scales:
    """The scales of all values but constants, and which operators only say so (`gone`, by id)."""
    scales, count = Scales(), Counter(name for node in nodes for name in node.inputs)
    fixed = {*constants, *(node.outputs[0] for node in nodes if node.kind == "DequantizeLinear"
                           and node.inputs[0] in constants)}
    readers = defaultdict(list)
    for node in nodes:
        for name in node.inputs:
            readers[name].append(node)
    producers = {name: node for node in nodes for name in node.outputs}
    for node in nodes:
        quant = quant_of(node, constants, types) if node.kind.endswith("tizeLinear") else None
        if quant is None or node.inputs[0] in constants:
            continue
        value, output = node.inputs[0], node.outputs[0]
        if node.kind == "DequantizeLinear":
            _dequantize(scales, node, quant)
            continue
        scales.quants[output] = quant
        before = producers.get(value)
        if _is_rounding_before_bias(node, before, readers, fixed):
            scales.gone.add(id(node))
            scales.same[output] = value
            del scales.quants[output]
        elif count[value] == 1 and value not in outputs and value not in scales.same:
            scales.gone.add(id(node))
            scales.same[value] = output
    _lend(scales, [node for node in nodes if node.inputs and node.inputs[0] not in fixed], count,
          outputs)
    return scales


def _dequantize(scales: Scales, node, quant) -> None:
    value, output = node.inputs[0], node.outputs[0]
    known = scales.of(value)
    if known is None and scales.root(value) != value:
        pass                                    # a rounding that was left out
    elif known is None:
        scales.quants[scales.root(value)] = quant
    elif known != quant:
        scales.quants[output] = quant           # read with another scale than written: an op
        return
    scales.gone.add(id(node))
    scales.same[output] = value


def _is_rounding_before_bias(node, before, readers, fixed) -> bool:
    """Whether a QuantizeLinear rounds a sum of products whose bias, an Add with a constant, comes
    only behind it: the two are one op here, and round once."""
    if before is None or before.kind not in LINEAR or len(readers[node.inputs[0]]) != 1:
        return False
    behind = readers[node.outputs[0]]
    if len(behind) != 1 or behind[0].kind != "DequantizeLinear":
        return False
    sums = readers[behind[0].outputs[0]]
    return len(sums) == 1 and sums[0].kind == "Add" and any(
        name in fixed for name in sums[0].inputs)


def _lend(scales: Scales, nodes, count, outputs) -> None:
    """Gives scales to what stands beside an operator that keeps them."""
    for node in nodes:
        found = {scales.of(name) for name in _data(node)}
        if node.kind in KEEPERS | AVERAGES and len(found) == 1 and None not in found:
            for name in node.outputs:
                scales.quants.setdefault(scales.root(name), *found)
    for node in reversed(nodes):
        found = scales.of(node.outputs[0])
        for name in _data(node) if found and node.kind in KEEPERS else ():
            if count[name] == 1 and name not in outputs:
                scales.quants.setdefault(scales.root(name), found)


def _data(node) -> tuple[str, ...]:
    """The inputs whose scale an operator keeps."""
    return node.inputs if node.kind == "Concat" else node.inputs[:1]
