# SPDX-License-Identifier: MIT
"""All tensors of an ONNX model, computed by ONNX Runtime."""
import numpy as np
import onnx
import onnxruntime
from onnx import helper

from tinyml.errors import ModelError
from tinyml.importers.onnx.widths import as_float32


def tensors(content: bytes, model, given: np.ndarray) -> dict[str, np.ndarray]:
    """Every value that an operator computes, by its name."""
    proto = onnx.load_from_string(content)
    as_float32(proto.graph)
    known = {output.name for output in proto.graph.output}
    constants = {tensor.name for tensor in proto.graph.initializer}
    names = [name for node in proto.graph.node for name in node.output if name]
    proto.graph.output.extend(helper.make_empty_tensor_value_info(name)
                              for name in names if name not in known)
    (input,) = (value.name for value in proto.graph.input if value.name not in constants)
    return _run(proto, model, {input: given}, names)


def _run(proto, model, inputs: dict, names: list[str]) -> dict[str, np.ndarray]:
    """Each operator by its definition: nothing is fused."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(proto.SerializeToString(), options,
                                               ["CPUExecutionProvider"])
        return dict(zip(names, session.run(names, inputs)))
    except Exception as error:      # its own kinds of errors have no common base
        raise ModelError(f"ONNX Runtime does not run `{model}`: {' '.join(str(error).split())}"
                         ) from None
