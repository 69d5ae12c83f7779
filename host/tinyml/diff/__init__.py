# SPDX-License-Identifier: MIT
"""Our outputs beside those of another implementation, op by op: what `tinyml diff` does.

Every tensor of the model becomes an output of it, so that nothing is fused or removed. The model
as it is packed, with everything done to it, is compared behind them.
"""
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from tinyml.diff.compare import Row, compare
from tinyml.diff.ours import Held, opened, outputs
from tinyml.errors import ModelError
from tinyml.importers import import_model
from tinyml.inputs import read_input
from tinyml.ir import Graph, Op, Tensor
from tinyml.pack import KNOWN, Shapes, read_file, read_model
from tinyml.plan import Options

PACKAGES = {"tflm": "tflite_micro", "onnx": "onnxruntime"}      # what the references need
PACKED = "as packed"
BYTES = ("int8", "uint8")
ADDED = "_QuantizeLinear_Output"


@dataclass(frozen=True)
class Diff:
    """A row for each op whose output both sides know, in order; then the outputs as packed.
    `is_exact`: whether both should have the same bytes."""

    model: str
    reference: str
    is_exact: bool
    rows: tuple[Row, ...]

    @property
    def first(self) -> Row | None:
        """The first that differs."""
        return next((row for row in self.rows if row.first), None)

    @property
    def is_wrong(self) -> bool:
        """Whether bytes differ that must not."""
        return self.is_exact and self.first is not None

    def figures(self) -> dict:
        """For --json."""
        return {"model": self.model, "reference": self.reference, "equal": self.first is None,
                "first": self.first and self.first.figures(),
                "ops": [row.figures() for row in self.rows]}


def diff_file(model: Path, input: Path, reference: str | None = None,
              shapes: Shapes = KNOWN) -> Diff:
    """Runs a model on the first item of an input file, here and there.

    `reference`: tflm or onnx, or the float model that this one was made from; None: what belongs to
    the file. Raises ModelError, UnsupportedError, FitError.
    """
    content, name = read_model(model, shapes), model.stem
    graph = import_model(content, name)
    kind = reference or _kind(content)
    _require_one_input(graph, model)
    tensors = _reference(kind, content, model)
    with opened(graph, Options()) as packed:
        port = packed.ports(0)[0]
        given = Held.of(port, read_input(input, port)[0])
        theirs = tensors(given)
        rows = [compare(PACKED, port.tensor, held, _of(theirs, port.tensor)) for port, held in
                zip(graph.outputs, outputs(packed, given)) if _of(theirs, port.tensor) is not None]
    ops = [ops for ops in _named(graph).values() if ops[-1].output.dtype in BYTES
           and _of(theirs, ops[-1].output) is not None]
    if not ops:
        raise ModelError(f"`{model}` and `{kind}` have no tensor of the same name and shape")
    with opened(graph, Options(stages="single"), [same[-1].output for same in ops]) as plain:
        rows = [compare(same[0].label, same[-1].output, held, _of(theirs, same[-1].output))
                for same, held in zip(ops, outputs(plain, given))] + rows
    return Diff(name, Path(kind).name, kind == "tflm", tuple(rows))


def _require_one_input(graph: Graph, model) -> None:
    if len(graph.inputs) != 1:
        raise ModelError(f"`{model}` has {len(graph.inputs)} inputs, `diff` gives one")


def _kind(content: bytes) -> str:
    """The reference for a file of that content."""
    return "tflm" if content[4:8] == b"TFL3" else "onnx"


def _reference(kind: str, content: bytes, model: Path):
    """What computes all tensors for an input: of the same file, or of a float one."""
    if kind not in PACKAGES:
        if not Path(kind).is_file():
            raise ModelError(f"`{kind}` is no reference: choose {', '.join(PACKAGES)}, or the float "
                             "model that this one was made from")
        content = read_file(Path(kind))
        _require_one_input(import_model(content, Path(kind).stem), kind)
        tensors = _tensors(_kind(content))
        return lambda given: tensors(content, kind, given.reals.astype(np.float32))
    if kind != _kind(content):
        raise ModelError(f"`{kind}` does not run `{model}`: leave --reference out")
    tensors = _tensors(kind)
    return lambda given: tensors(content, model, given.array)


def _tensors(kind: str):
    if find_spec(PACKAGES[kind]) is None:
        raise ModelError(f"this reference needs the package `{PACKAGES[kind]}`: install it with "
                         "`pip install tinyml-mpy[diff]`")
    return import_module(f"tinyml.diff.{kind}").tensors


def _named(graph: Graph) -> dict[str, list[Op]]:
    """The ops by the names of their outputs. The last of each makes what the file calls so: those
    before, of a convolution between two transposes, share its name. Left out are transposes that a
    reader puts before an op, and what is written for the next run."""
    states = {id(state.tensor) for state in graph.states}
    named = {}
    for op in graph.ops:
        if op.name != f"{op.output.name}/transposed" and id(op.output) not in states:
            named.setdefault(op.output.name, []).append(op)
    return named


def _of(theirs: dict[str, np.ndarray], tensor: Tensor) -> np.ndarray | None:
    """Their tensor of the same name, or of that before a tool for quantising has added to it."""
    found = theirs.get(tensor.name, theirs.get(tensor.name.removesuffix(ADDED)))
    return found if found is not None and found.shape == tensor.shape else None
