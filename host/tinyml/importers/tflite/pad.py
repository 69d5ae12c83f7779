# SPDX-License-Identifier: MIT
"""PAD, PADV2"""
from tinyml.ops.pad import Pad


def read(op):
    amounts = op.constant(1).reshape(-1, 2)[-3:].tolist()
    amounts = [[0, 0]] * (3 - len(amounts)) + amounts
    zero = op.outputs[0].quant.zero_point if op.outputs[0].quant else 0
    value = int(op.constant(2).item()) if op.kind == "PADV2" else zero
    return Pad(op.name, op.outputs[0], op.input(0), tuple(before for before, _ in amounts),
               tuple(after for _, after in amounts), value)


READS = {"PAD": read, "PADV2": read}
