# SPDX-License-Identifier: MIT
"""Which families an operator of a model's format becomes, and which steps a family: read off the
functions that do it, by what their code names."""
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from types import CodeType, FunctionType, ModuleType

from tinyml import format as F
from tinyml.importers.onnx.qoperator import FORMS
from tinyml.importers.onnx.readers import READERS as ONNX
from tinyml.importers.tflite.reader import READERS as TFLITE
from tinyml.importers.tflite.variables import KINDS, Variables
from tinyml.ir import Op
from tinyml.ops import FAMILIES

HIDDEN = {"unsupported"}
SHARED = "tinyml.importers.onnx.node"       # what it puts around an op is not what an operator is
FORMATS = {
    "TensorFlow Lite": TFLITE | dict.fromkeys(KINDS, Variables.assignments),
    "ONNX": {name: read for name, read in ONNX.items() if name[0].isupper()}
            | {name: ONNX[form.kind] for name, form in FORMS.items() if form.kind in ONNX},
}


def table(operators: dict) -> str:
    """A row for each operator of a format."""
    rows = ["| operator | family | steps |", "|---|---|---|"]
    for name, read in sorted(operators.items()):
        found = families(read)
        made = dict.fromkeys(step for family in found for step in steps(family))
        rows.append(f"| `{name}` | {', '.join(f'[{family}](#{family})' for family in found)} | "
                    f"{', '.join(f'`{step}`' for step in made)} |")
    return "\n".join(rows)


def families(read) -> list[str]:
    """The families whose ops the reader of an operator makes."""
    named = _named(read, ("tinyml.importers", "tinyml.ops"), set())
    kinds = {kind for kind in named if isinstance(kind, type) and issubclass(kind, Op)}
    found = {kind.family.fget(object.__new__(kind)) for kind in kinds} - HIDDEN
    return [family for family in FAMILIES if family in found]


def steps(family: str) -> list[str]:
    """The steps that ops of a family become."""
    if find_spec(f"tinyml.lower.{family}") is None:
        return []
    named = _named(import_module(f"tinyml.lower.{family}").lower, "tinyml.lower", set())
    return [step.name for step in F.STEPS if step.name in named]


def _named(value, package: str | tuple[str, ...], seen: set) -> set:
    """The classes and strings that a function names, and those that functions of the package do
    which it calls."""
    if not isinstance(value, FunctionType):
        return {value} if isinstance(value, (type, str)) else set()
    if value in seen or value.__module__ == SHARED or not value.__module__.startswith(package):
        return set()
    seen.add(value)
    codes = list(_codes(value.__code__))
    names = {name for code in codes for name in code.co_names}
    parts = [cell.cell_contents for cell in value.__closure__ or ()]
    parts += [constant for code in codes for constant in code.co_consts]
    parts += [value.__globals__.get(name) for name in names]
    parts += [getattr(part, name, None) for part in parts if isinstance(part, ModuleType)
              for name in names]
    return set().union(*(_named(part, package, seen) for part in parts))


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)
