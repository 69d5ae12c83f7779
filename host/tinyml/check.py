# SPDX-License-Identifier: MIT
"""What is unsupported or risky in a model, all of it, and a way out of each: what `tinyml check`
does.

Each function of ERRORS, WARNINGS and NOTES yields (an op or port, what was found); its docstring
is the way out.
"""
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import tflite

from tinyml.errors import TinymlError, UnsupportedError
from tinyml.importers import import_model
from tinyml.ir import Graph, Op
from tinyml.ops import broken, is_float, posed
from tinyml.ops.depthwise_conv2d import DepthwiseConv2d
from tinyml.ops.quantize import Quantize
from tinyml.ops.softmax import Softmax
from tinyml.ops.transpose import Transpose
from tinyml.pack import KNOWN, Shapes, read_model
from tinyml.passes import run_passes
from tinyml.passes.record import lessened
from tinyml.pipeline import compile_graph
from tinyml.plan import Options

LARGE = 256 * 1024              # bytes of a tensor: more than most boards have of RAM
MOSTLY = 0.8                    # of weights


@dataclass(frozen=True)
class Finding:
    """`severity`: error, warning or note. `op` and `name` of what it is about, if of anything."""

    severity: str
    op: str
    name: str
    found: str
    way_out: str


@dataclass(frozen=True)
class Check:
    """`packs`: whether the model packs."""

    model: str
    packs: bool
    findings: tuple[Finding, ...]

    def figures(self) -> dict:
        """For --json."""
        return {"model": self.model, "packs": self.packs,
                "findings": [asdict(finding) for finding in self.findings]}


@dataclass(frozen=True)
class Looked:
    """A model as it came, and as the passes leave it."""

    content: bytes
    graph: Graph
    passed: Graph


def check_file(path: Path, shapes: Shapes = KNOWN) -> Check:
    """Looks at a model file. Raises ModelError if it can't be read at all."""
    content = read_model(path, shapes)
    graph = import_model(content, path.stem)
    model = Looked(content, graph, run_passes(graph))
    lines = _refusals(model)
    errors = [*_found("error", ERRORS, model), *_limits(model)] if lines else []
    if lines and not errors:
        errors = [Finding("error", "model", path.stem, line, "") for line in lines]
    found = [*errors, *_found("warning", WARNINGS, model), *_found("note", NOTES, model)]
    return Check(path.stem, not lines, tuple(dict.fromkeys(found)))


def _refusals(model: Looked) -> tuple[str, ...]:
    """Why the model does not pack; nothing if it does."""
    try:
        compile_graph(model.graph, options=Options(stages="single"), passed=model.passed)
    except UnsupportedError as error:
        return error.problems
    except TinymlError as error:
        return (str(error),)
    return ()


def _found(severity: str, looks, model: Looked):
    for look in looks:
        way_out = " ".join(look.__doc__.split())
        for at, what in look(model):
            kind, name = (at.label, at.name) if isinstance(at, Op) else ("input", at.tensor.name)
            yield Finding(severity, kind, name, what, way_out)


def _limits(model: Looked):
    """The limits that ops break. That some compute with real numbers or int16 is found once for
    all of them, by ERRORS."""
    for op in model.passed.ops:
        if "int16" not in _types(op):
            for problem in broken(posed(op)):
                yield Finding("error", op.label, op.name, problem.found, problem.rule)


def _types(op: Op) -> set[str]:
    return {tensor.dtype for tensor in (*op.inputs, op.output)}


def float_model(model):
    """`tinyml quantize MODEL --data FOLDER` makes an int8 model of it"""
    if is_float(model.graph):
        yield model.graph.ops[0], f"the whole model computes in float32: {_kinds(model.graph.ops)}"


def hybrid(model):
    """convert again with a representative data set and int8 inputs and outputs, or `tinyml quantize`
    the float model"""
    ops = [op for op in model.passed.ops if "float32" in _types(op)
           and getattr(op, "weights", None) is not None and op.weights.dtype == "int8"]
    if ops:
        yield ops[0], f"weights are int8, activations float32, in {len(ops)} ops: {_kinds(ops)}"


def float_islands(model):
    """let the converter quantise these operators as well, or take them out of the model and leave
    them to Python"""
    if not is_float(model.graph):
        for ops in _float_parts(model.passed):
            if not any(getattr(op, "weights", None) is not None for op in ops):
                yield ops[0], f"computed in float32 inside an int8 model: {_kinds(ops)}"


def int16_activations(model):
    """convert again with int8 activations, not 16x8"""
    ops = [op for op in model.passed.ops if "int16" in _types(op)]
    if ops:
        yield ops[0], f"activations of int16 in {len(ops)} ops: {_kinds(ops)}"


def _float_parts(graph: Graph) -> list[list[Op]]:
    """Ops of real numbers that hang together, each with what leads into it and out of it."""
    parts: list[list[Op]] = []
    for op in graph.ops:
        if "float32" not in _types(op):
            continue
        reals = {id(tensor) for tensor in op.inputs if tensor.dtype == "float32"}
        near = [part for part in parts if any(id(other.output) in reals for other in part)]
        parts = [part for part in parts if part not in near] + [sum(near, []) + [op]]
    return parts


def _kinds(ops) -> str:
    """The kinds of ops, each once."""
    return ", ".join(dict.fromkeys(op.label for op in ops))


def dynamic_shapes(model):
    """export the model again with fixed sizes, unless these are what you want"""
    if model.content[4:8] != b"TFL3":
        return                      # the importer of ONNX refuses them
    table = tflite.Model.GetRootAs(model.content, 0).Subgraphs(0)
    for port, index in zip(model.graph.inputs, table.InputsAsNumpy()):
        signature = table.Tensors(int(index)).ShapeSignatureAsNumpy()
        if not isinstance(signature, int) and (signature[1:] < 0).any():
            asked = "x".join("?" if size < 0 else str(size) for size in signature)
            yield port, f"of size {asked}, taken as {'x'.join(map(str, port.tensor.shape))}"


def one_scale_for_all_channels(model):
    """quantise weights per channel: a depthwise convolution often loses accuracy without"""
    for op in model.passed.ops:
        if isinstance(op, DepthwiseConv2d) and op.weights.quant and op.output.hwc[2] > 1 \
                and len(op.weights.quant.scales) == 1:
            yield op, f"one scale for the weights of all {op.output.hwc[2]} channels"


def softmax_inside(model):
    """see with `tinyml eval` what it costs: shares are multiples of 1/256, small ones become 0"""
    for op in model.passed.ops:
        if isinstance(op, Softmax) and any(not isinstance(reader, Quantize)
                                           for reader in model.passed.readers(op.output)):
            yield op, "other ops read its output"


def large_tensors(model):
    """take a smaller input or a narrower model; `tinyml pack --minimum` and `--feed rows` keep only
    some rows of it in RAM"""
    ops = [op for op in model.passed.ops if op.output.elements > LARGE]
    if ops:
        largest = max(ops, key=lambda op: op.output.elements)
        yield largest, f"its output has {largest.output.elements} bytes; {len(ops)} tensors have " \
                       f"more than {LARGE}"


def zero_weights(model):
    """zeros are multiplied all the same: prune whole filters, which are then removed"""
    own = {op.name for op in model.graph.ops}       # passes have zeros of theirs
    for op in model.passed.ops:
        weights = getattr(op, "weights", None)
        if op.name in own and weights is not None and weights.data is not None and weights.data.size:
            zeros = 1 - np.count_nonzero(weights.data) / weights.data.size
            if zeros >= MOSTLY:
                yield op, f"{100 * zeros:.0f} % of its weights are 0"


def transposes(model):
    """export the model with channels last, or so that its reshapes keep the channels"""
    for op in model.passed.ops:
        if isinstance(op, Transpose):
            yield op, "a transpose is left, which needs both tensors as a whole in RAM"


def channels_first(model):
    """nothing to do: give pixels as a camera does, row by row, all channels of a pixel together"""
    for port in model.passed.inputs:
        if port.channels_first:
            yield port, "channels come first in the model, last in the packed one"


def removed_channels(model):
    """nothing to do: the output is the same without them"""
    for _, op, what in lessened(model.graph, model.passed):
        yield op, what


ERRORS = (float_model, hybrid, float_islands, int16_activations)
WARNINGS = (dynamic_shapes, one_scale_for_all_channels, softmax_inside, large_tensors, zero_weights,
            transposes)
NOTES = (channels_first, removed_channels)
