# SPDX-License-Identifier: MIT
"""Compiles the conditions of format.py into programs for the little machine in core/checks.c.

A condition is an expression of Python, but for `||`. Its program is postfix: what it needs is
pushed, operators take from the stack, and TML_TEST refuses the step if what is left is 0.
"""
import ast

OPERATORS = {ast.Add: "ADD", ast.Sub: "SUB", ast.Mult: "MUL", ast.Div: "DIV", ast.Mod: "MOD",
             ast.Lt: "LT", ast.LtE: "LE", ast.Eq: "EQ", ast.NotEq: "NE", ast.Or: "OR"}
FUNCTIONS = {"product": "MUL", "pairs": "PAIRS", "quads": "QUADS"}
DIMENSIONS = ("height", "width", "channels")
LEAST, MOST = -32, 95           # numbers that are pushed by one byte
BYTES = {"i8": 1, "u8": 1, "i16": 2, "i32": 4, "u32": 4}


def program(step, groups) -> list[str]:
    """The bytes of a step, in C; `groups` are conditions that steps share, by name."""
    out: list[str] = []
    shared = [name for name, needs in groups.items() if set(needs) <= set(step.needs)]
    in_groups = {need for name in shared for need in groups[name]}
    for name in shared:
        out += ["TML_CALL", f"TML_{name.upper()}"]
    for field in step.fields:
        if field.role == "reserved":
            out += _condition(f"{field.name} == 0", step)
    for need in step.needs:
        if need not in in_groups:
            out += _condition(need, step)
    return [*out, *_extents(step), "TML_END"]


def group(needs, common) -> list[str]:
    """The bytes of conditions that steps share."""
    return [*(byte for need in needs for byte in _condition(need, common)), "TML_END"]


def _condition(text: str, record) -> list[str]:
    return [*_expression(text, record), "TML_TEST"]


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
    return _postfix(ast.parse(text.replace("||", "or"), mode="eval").body, record)


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
        return [f"TML_{node.value.id.upper()} + {DIMENSIONS.index(node.attr)}"]
    if isinstance(node, ast.Call):
        return _call(node, record)
    left, kind, right = _parts(node)
    return [*_postfix(left, record), *_postfix(right, record), f"TML_{OPERATORS[type(kind)]}"]


def _parts(node):
    """The operands of an operator, and which it is."""
    if isinstance(node, ast.BinOp):
        return node.left, node.op, node.right
    if isinstance(node, ast.BoolOp):
        return node.values[0], node.op, node.values[1]
    return node.left, node.ops[0], node.comparators[0]


def _call(node, record) -> list[str]:
    name = node.func.id
    if name in FUNCTIONS:
        operands = [byte for argument in node.args for byte in _postfix(argument, record)]
        return [*operands, f"TML_{FUNCTIONS[name]}"]
    ring = f"TML_{node.args[0].id.upper()}"
    if name == "dim":
        return [*_postfix(node.args[1], record), "TML_AXIS", ring]
    return [f"TML_{name.upper()}", ring]


def _number(value: int) -> list[str]:
    if LEAST <= value <= MOST:
        return [f"TML_PUSH + {value - LEAST}"]
    high, low = divmod(value, 64)
    return [*_number(high), *_number(64), "TML_MUL", *([*_number(low), "TML_ADD"] if low else [])]
