# SPDX-License-Identifier: MIT
"""Operators on each element by itself: a function of one byte, which is a table.

Several in a row are one, and so are those that meet again (x * Sigmoid(x)): what stands between
them is never rounded.
"""
from dataclasses import replace

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from tinyml.importers.onnx.node import Node, Refused, reals
from tinyml.ops.function import Function

KIND = "function"
CURVES = frozenset(("Ceil", "Celu", "Cos", "Erf", "Exp", "Floor", "Gelu", "HardSigmoid", "Log",
                    "Mish", "Neg", "Pow", "Reciprocal", "Round", "Selu", "Shrink", "Sign", "Sin",
                    "Softplus", "Softsign", "Sqrt", "ThresholdedRelu"))
MEETING = frozenset(("Add", "Div", "Max", "Min", "Mul", "Pow", "Sub", "Sum"))
ELEMENTWISE = CURVES | MEETING | {"Abs", "Clip", "Elu", "HardSwish", "LeakyRelu", "PRelu", "Relu",
                                  "Sigmoid", "Tanh"}


def merge_functions(nodes, constants, is_real, bases) -> list:
    """The operators, with one in place of all that make a curve of one value. `bases` are values
    that no curve may hide: outputs, and what is rounded."""
    writers = {node.outputs[0]: node for node in nodes if node.kind in ELEMENTWISE
               and all(is_real(name) for name in node.inputs if name and name not in constants)}
    sources, parts = _parts(nodes, writers, constants, set(bases))
    curves = {end: part for end, part in parts.items() if _is_curve(part, constants)}
    kept = {id(node) for end, part in parts.items() if end not in curves for node in part}
    gone = {id(node) for part in curves.values() for node in part} - kept
    merged = {id(writers[end]): replace(writers[end], kind=KIND, inputs=(sources[end],),
                                        attributes={"nodes": part, "constants": constants})
              for end, part in curves.items()}
    return [merged.get(id(node), node) for node in nodes
            if id(node) in merged or id(node) not in gone]


def _parts(nodes, writers, constants, bases):
    """For each value that is a function of one other, of which; and for those of them that stay,
    the operators between the two. What others read as well becomes a base of its own."""
    while True:
        sources = _sources(writers, constants, bases)
        inside, outside = set(), set()
        for node in nodes:
            source = sources.get(node.outputs[0])
            for name in node.inputs:
                known = source is not None and sources.get(name) == source
                (inside if known else outside).add(name)
        torn = {name for name in sources if name in inside and name in outside}
        if torn <= bases:
            return sources, {end: _part(end, sources[end], writers) for end in sources
                             if end in bases or end not in inside}
        bases |= torn


def _sources(writers, constants, bases) -> dict[str, str]:
    """For each value that is a function of one other: of which."""
    sources: dict[str, str] = {}
    for value, node in writers.items():
        read = [name for name in node.inputs if name and name not in constants]
        single = all(constants[name].size == 1 for name in node.inputs if name in constants)
        found = {name if name in bases else sources.get(name, name) for name in read}
        if len(found) == 1 and single:
            sources[value] = found.pop()
    return sources


def _part(end: str, source: str, writers) -> list:
    """The operators between a value and its source, in order."""
    found, wanted = {}, [end]
    while wanted:
        node = writers[wanted.pop()]
        found[id(node)] = node
        wanted += [name for name in node.inputs if name != source and name in writers]
    return [node for node in writers.values() if id(node) in found]


def _is_curve(part, constants) -> bool:
    return any(node.kind in CURVES for node in part) or len(part) > 1 and any(
        node.kind in MEETING and not any(name in constants for name in node.inputs)
        for node in part)


def read(node: Node):
    """The operators that were merged."""
    if "nodes" not in node.attributes:
        raise Refused("of more than one number")
    nodes = [helper.make_node(one.kind, one.inputs, one.outputs, **one.attributes)
             for one in node.get("nodes")]
    known = node.get("constants")
    constants = {name: known[name] for one in nodes for name in one.input if name in known}
    return [_function(node, nodes, constants, node.activation().name, nodes[-1].output[0])]


def read_alone(node: Node):
    """An operator whose other inputs are constants of one element."""
    given = tuple(tensor for tensor in node.inputs if tensor is not None and tensor.data is None)
    constants = {f"constant {number}": reals(tensor) for number, tensor in enumerate(node.inputs)
                 if tensor is not None and tensor.data is not None}
    names = ["" if tensor is None else "x" if tensor in given else f"constant {number}"
             for number, tensor in enumerate(node.inputs)]
    made = helper.make_node(node.kind, names, ["y"], **node.attributes)
    return [_function(replace(node, inputs=given), [made], constants, "x", "y")]


def _function(node: Node, nodes, constants, x: str, y: str) -> Function:
    real = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes, KIND, [helper.make_tensor_value_info(x, real, ["count"])],
        [helper.make_tensor_value_info(y, real, ["count"])],
        [numpy_helper.from_array(np.asarray(array).reshape(()), name)
         for name, array in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", node.opset)])
    try:
        evaluator = ReferenceEvaluator(model)

        def of(reals):
            return evaluator.run(None, {x: reals})[0]
        with np.errstate(all="ignore"):
            assert of(np.zeros(2, np.float32)).dtype == np.float32
    except Exception:           # whatever the reference lacks, as in `fold`
        raise Refused("of these numbers") from None
    return Function(node.name, node.output, node.activation(), of, model)


READS = dict.fromkeys((KIND, *sorted(CURVES)), read)
