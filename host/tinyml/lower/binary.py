# SPDX-License-Identifier: MIT
"""binary -> binary; or lookup, where one operand decides."""
import numpy as np

from tinyml.lower.numbers import clamp_numbers, doubled
from tinyml.lower.quantize import table_step
from tinyml.lower.step import LoweredStep, view
from tinyml.ops.common import BYTES
from tinyml.ops.pair import HEADROOM, KINDS, spread
from tinyml.plan import POINT


def lower(op):
    """One step, in the place of an operand where it can be."""
    constant = op.constant
    if op.input is op.input2 or constant is not None and constant.elements == 1:
        yield table_step(op.inputs[0], op.output, _table(op))
        return
    yield _step(op)


def _table(op) -> list[int]:
    """What it makes of each byte of its only activation."""
    def operands(byte):
        return (byte if tensor.data is None else int(tensor.data.item()) for tensor in op.operands)
    return [op.byte(*operands(byte)) for byte in BYTES]


def _step(op) -> LoweredStep:
    rings = {"output": view(op.output)} | {
        name: view(tensor) for name, tensor in zip(("input", "input2"), op.inputs)}
    constant = np.zeros((0, 1, 0), np.int8) if op.constant is None else spread(
        op.constant, op.output.hwc[2])
    first, second, output = op.zero_points()
    numbers = clamp_numbers(op) | {
        "kind": KINDS.index(op.kind), "headroom": HEADROOM.get(op.kind, 0), "input_zp": first,
        "input2_zp": second, "output_zp": output, "constant_h": constant.shape[0],
        "constant_w": constant.shape[1], "is_first": int(op.input.data is not None)}
    for prefix, factor in zip(("input_", "input2_", ""), op.factors(), strict=True):
        numbers[prefix + "mult"], numbers[prefix + "shift"] = doubled(factor)
    alike = all(ring.hwc == op.output.hwc for ring in rings.values())
    return LoweredStep(
        "binary", rings, numbers, {"constant": constant},
        window=POINT if alike and constant.shape[:2] in ((0, 1), (1, 1)) else None,
        in_place=tuple(tensor for tensor in op.inputs if tensor.hwc == op.output.hwc))
