# SPDX-License-Identifier: MIT
"""Compiles the conditions of format.py into programs for the little machine in core/checks.c.

A condition is a comparison, written as in Python. Its program is postfix: what it needs is pushed,
operators take from the stack, and a comparison refuses the step if it does not hold.
"""
import ast

OPERATORS = {ast.Add: "ADD", ast.Sub: "SUB", ast.Mult: "MUL", ast.Lt: "LT", ast.LtE: "LE",
             ast.Eq: "EQ"}
FUNCTIONS = {"product": "MUL", "pairs": "PAIRS", "quads": "QUADS"}
RINGS = ("output", "input", "input2")
DIMENSIONS = ("height", "width", "channels")
LEAST, MOST = -32, 95           # numbers that are pushed by one byte
BYTES = {"i8": 1, "u8": 1, "i16": 2, "u16": 2, "i32": 4, "u32": 4}


def programs(steps, groups, common) -> tuple[list[list[str]], list[list[str]]]:
    """The bytes, in C, of groups of conditions that steps share, and of each step. Where a group
    stands among them is in the steps' bytes."""
    shared, at = [], {}
    for needs in groups:
        at[needs] = sum(map(len, shared))
        shared.append([*(byte for need in needs for byte in _expression(need, common)), "TML_END"])
    return shared, [_program(step, at) for step in steps]


def _program(step, groups) -> list[str]:
    out, left = [], list(step.needs)
    for needs, at in groups.items():
        if set(needs) <= set(left):
            out += ["TML_CALL", str(at)]
            left = [need for need in left if need not in needs]
    left += [f"{field.name} == 0" for field in step.fields
             if field.role == "reserved"]
    return [*out, *(byte for need in left for byte in _expression(need, step)), *_extents(step),
            "TML_END"]


def _extents(step) -> list[str]:
    """Whether all data is there."""
    out = []
    for field in step.fields:
        if field.role != "data" or field.name in ("mult", "shift"):
            continue
        out += _product(field.extent, step)
        out += ["TML_DATA", str(step.offset(field.name)), str(BYTES[field.element])]
        if field.name == "bias":            # mult and shift are behind it
            mult, shift = step.fields[step.fields.index(field) + 1:][:2]
            assert mult.extent == shift.extent and shift.limits == (-31, 30)
            out += [*_product(shift.extent, step), "TML_FACTORS", str(step.offset("bias"))]
    return out


def _product(terms, step) -> list[str]:
    first, *others = (_expression(term, step) for term in terms)
    return first + [byte for other in others for byte in (*other, "TML_MUL")]


def _expression(text: str, record) -> list[str]:
    return _postfix(ast.parse(text, mode="eval").body, record)


def _postfix(node, record) -> list[str]:
    """An expression, its operands first."""
    if isinstance(node, ast.Constant):
        return _number(node.value)
    if isinstance(node, ast.UnaryOp):
        return _number(-node.operand.value)
    if isinstance(node, ast.Name):
        field = next(field for field in record.fields if field.name == node.id)
        return [f"TML_{field.type.upper()}", str(record.offset(node.id))]
    if isinstance(node, ast.Attribute):
        return [f"TML_EXTENT + {4 * RINGS.index(node.value.id) + DIMENSIONS.index(node.attr)}"]
    if isinstance(node, ast.Call):
        return _call(node, record)
    if isinstance(node, ast.BinOp):
        left, kind, right = node.left, node.op, node.right
    else:
        left, kind, right = node.left, node.ops[0], node.comparators[0]
    if isinstance(kind, ast.Gt):
        left, kind, right = right, ast.Lt(), left
    return [*_postfix(left, record), *_postfix(right, record), f"TML_{OPERATORS[type(kind)]}"]


def _call(node, record) -> list[str]:
    name = node.func.id
    if name in FUNCTIONS:
        operands = [byte for argument in node.args for byte in _postfix(argument, record)]
        return [*operands, f"TML_{FUNCTIONS[name]}"]
    ring = str(RINGS.index(node.args[0].id))
    if name == "dim":
        return [*_postfix(node.args[1], record), "TML_AXIS", ring]
    return [f"TML_{name.upper()}", ring]


def _number(value: int) -> list[str]:
    if LEAST <= value <= MOST:
        return [f"TML_PUSH + {value - LEAST}"]
    high, low = divmod(value, 64)
    return [*_number(high), *_number(64), "TML_MUL", *([*_number(low), "TML_ADD"] if low else [])]
