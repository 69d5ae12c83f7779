# SPDX-License-Identifier: MIT
"""Bytes as a model of the `onnx` package: one graph, every size known, shape arithmetic done."""
from math import prod

import numpy as np
import onnx
from onnx import helper, inliner, numpy_helper, shape_inference
from onnx.reference import ReferenceEvaluator

from tinyml.errors import ModelError
from tinyml.importers.onnx.shapes import real_inputs, shape_text
from tinyml.importers.onnx.widths import as_float32

OLDEST_OPSET = 9
LARGEST_CONSTANT = 1 << 26      # elements of one that is computed here
KEPT = {"DequantizeLinear"}     # of constants: it says what the scale of weights is
DOMAINS = ("", "ai.onnx")       # of standard operators


def load(model: bytes, name: str):
    """The model, folded: `ModelProto` with initialisers, value infos and operators alone."""
    proto = onnx.ModelProto()
    proto.ParseFromString(model)
    _require_opset(proto, name)
    if proto.functions:
        proto = inliner.inline_local_functions(proto)
    graph = proto.graph
    if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in graph.initializer):
        raise ModelError(f"`{name}` keeps its weights in another file: export it as one file "
                         "(PyTorch: external_data=False)")
    as_float32(graph)
    _fix_inputs(graph)
    for output in graph.output:
        output.type.tensor_type.ClearField("shape")
    graph.ClearField("value_info")
    return proto


def fold(proto):
    """The model with every operator computed whose inputs are constants, and all sizes found."""
    while True:
        proto = shape_inference.infer_shapes(proto, data_prop=True)
        if not _fold_once(proto):
            return proto


def _require_opset(proto, name: str) -> None:
    version = max((o.version for o in proto.opset_import if o.domain in DOMAINS), default=0)
    newest = onnx.defs.onnx_opset_version()
    if not OLDEST_OPSET <= version <= newest:
        raise ModelError(f"`{name}` has opset {version}, this reads {OLDEST_OPSET} to {newest}: "
                         "export the model again with one of those")


def _fix_inputs(graph) -> None:
    """Makes a batch of unknown size 1. Of old files, takes the constants out of the inputs."""
    real = real_inputs(graph)
    graph.ClearField("input")
    graph.input.extend(real)
    for value in graph.input:
        dims = value.type.tensor_type.shape.dim
        unknown = [axis for axis, dim in enumerate(dims) if dim.dim_value <= 0]
        if unknown == [0]:
            dims[0].dim_value = 1
        elif unknown or not value.type.tensor_type.HasField("shape"):
            raise ModelError(f"input `{value.name}` is {shape_text(value)}: only the batch may be "
                             f"unknown, tell `tinyml pack` the sizes with --shape {value.name}="
                             "1,3,224,224")


def _fold_once(proto) -> bool:
    """Replaces operators by constants; says whether there were any."""
    graph = proto.graph
    constants = {tensor.name: tensor for tensor in graph.initializer}
    shapes = {value.name: shape_of(value) for value in [*graph.input, *graph.value_info]}
    left, before = [], len(graph.node)
    for node in graph.node:
        values = _computed(proto, node, constants, shapes)
        if values is None:
            left.append(node)
            continue
        for name, value in zip(node.output, values):
            constants[name] = numpy_helper.from_array(value, name)
            graph.initializer.append(constants[name])
    graph.ClearField("node")
    graph.node.extend(left)
    return len(left) < before


def shape_of(value) -> tuple[int, ...] | None:
    """The shape of a value info; None where not all of it is known."""
    kind = value.type.tensor_type
    dims = tuple(dim.dim_value for dim in kind.shape.dim)
    known = kind.HasField("shape") and all(dim.HasField("dim_value") for dim in kind.shape.dim)
    return dims if known else None


def _computed(proto, node, constants, shapes):
    """The outputs of an operator, as arrays; None unless they are constants."""
    if node.op_type == "Shape" and shapes.get(node.input[0]) is not None:
        inputs = {node.input[0]: None}
    elif node.op_type in KEPT or not all(name in constants for name in node.input if name):
        return None
    else:
        inputs = {name: constants[name] for name in node.input if name}
    if any(prod(shapes.get(name) or ()) > LARGEST_CONSTANT for name in node.output):
        return None
    arrays = {name: np.broadcast_to(np.float32(0), shapes[name]) if tensor is None
              else numpy_helper.to_array(tensor) for name, tensor in inputs.items()}
    try:
        return _evaluator(proto, node, arrays).run(None, arrays)
    except Exception:           # whatever the reference lacks stays, and is refused by its name
        return None


def _evaluator(proto, node, arrays):
    inputs = [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype),
                                            array.shape) for name, array in arrays.items()]
    outputs = [helper.make_empty_tensor_value_info(name) for name in node.output]
    graph = helper.make_graph([node], "one", inputs, outputs)
    return ReferenceEvaluator(helper.make_model(graph, opset_imports=proto.opset_import))
