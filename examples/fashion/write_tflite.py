# SPDX-License-Identifier: MIT
"""Writes quantised ops as a `.tflite` file: a flatbuffer of schema version 3."""

import flatbuffers
import numpy as np
import tflite

DESCRIPTION = "Fashion-MNIST, int8"
BUFFER_ALIGN = 16  # bytes; a runtime reads the int32 of a bias in place

# kind -> builtin code, first version with int8, options table
KINDS = {
    "conv2d": ("CONV_2D", 3, "Conv2DOptions"),
    "depthwise_conv2d": ("DEPTHWISE_CONV_2D", 3, "DepthwiseConv2DOptions"),
    "add": ("ADD", 2, "AddOptions"),
    "mean": ("MEAN", 2, "ReducerOptions"),
    "fully_connected": ("FULLY_CONNECTED", 4, "FullyConnectedOptions"),
    "softmax": ("SOFTMAX", 2, "SoftmaxOptions"),
}


def options(op):
    """The fields of an op's options table; a field left out has the schema's default."""
    relu6 = tflite.ActivationFunctionType.RELU6 if op.relu6 else 0
    window = {
        "Padding": tflite.Padding.SAME,
        "StrideH": op.stride,
        "StrideW": op.stride,
        "FusedActivationFunction": relu6,
    }
    return {
        "conv2d": window,
        "depthwise_conv2d": window | {"DepthMultiplier": 1},
        "add": {"FusedActivationFunction": relu6},
        "mean": {"KeepDims": False},
        "fully_connected": {"FusedActivationFunction": relu6},
        "softmax": {"Beta": 1.0},
    }[op.kind]


def write_tflite(ops):
    """The file, as bytes. The first op reads the model's input, the last writes its output."""
    b = flatbuffers.Builder()
    tensors = unique(t for op in ops for t in (*op.inputs, op.output))
    index = {t.name: i for i, t in enumerate(tensors)}
    kinds = unique_kinds(ops)
    codes = [write_code(b, kind) for kind in kinds]
    buffers = [write_table(b, "Buffer")]  # buffer 0 is empty, for every activation
    tables = []
    for t in tensors:
        tables.append(write_tensor(b, t, 0 if t.data is None else len(buffers)))
        if t.data is not None:
            buffers.append(write_buffer(b, t.data))
    subgraph = write_table(
        b,
        "SubGraph",
        Tensors=offsets(b, tables),
        Inputs=integers(b, [index[ops[0].inputs[0].name]]),
        Outputs=integers(b, [index[ops[-1].output.name]]),
        Operators=offsets(b, [write_op(b, op, kinds, index) for op in ops]),
        Name=b.CreateString("main"),
    )
    model = write_table(
        b,
        "Model",
        Version=3,
        OperatorCodes=offsets(b, codes),
        Subgraphs=offsets(b, [subgraph]),
        Description=b.CreateString(DESCRIPTION),
        Buffers=offsets(b, buffers),
    )
    b.Finish(model, b"TFL3")
    return bytes(b.Output())


def unique(tensors):
    return list({t.name: t for t in tensors}.values())


def unique_kinds(ops):
    return list(dict.fromkeys(op.kind for op in ops))


def write_code(b, kind):
    name, version, _ = KINDS[kind]
    code = getattr(tflite.BuiltinOperator, name)
    return write_table(
        b, "OperatorCode", BuiltinCode=code, DeprecatedBuiltinCode=code, Version=version
    )


def write_tensor(b, t, buffer):
    fields = dict(
        Shape=integers(b, t.shape),
        Type=getattr(tflite.TensorType, t.type.upper()),
        Buffer=buffer,
        Name=b.CreateString(t.name),
        HasRank=True,
    )
    if t.scale is not None:
        fields["Quantization"] = write_quantisation(b, t)
    return write_table(b, "Tensor", **fields)


def write_quantisation(b, t):
    zero_points = np.full(t.scale.size, t.zero_point, np.int64)
    return write_table(
        b,
        "QuantizationParameters",
        Scale=b.CreateNumpyVector(t.scale),
        ZeroPoint=b.CreateNumpyVector(zero_points),
        QuantizedDimension=t.axis,
    )


def write_op(b, op, kinds, index):
    table = KINDS[op.kind][2]
    return write_table(
        b,
        "Operator",
        OpcodeIndex=kinds.index(op.kind),
        Inputs=integers(b, [index[t.name] for t in op.inputs]),
        Outputs=integers(b, [index[op.output.name]]),
        BuiltinOptionsType=getattr(tflite.BuiltinOptions, table),
        BuiltinOptions=write_table(b, table, **options(op)),
    )


def write_buffer(b, data):
    content = data.astype(data.dtype.newbyteorder("<")).tobytes()
    b.StartVector(1, len(content), BUFFER_ALIGN)
    b.head -= len(content)
    b.Bytes[b.head : b.head + len(content)] = content
    return write_table(b, "Buffer", Data=b.EndVector())


# The flatbuffer, by the names of its schema. Children are written before their parent.


def write_table(b, table, **fields):
    getattr(tflite, f"{table}Start")(b)
    for name, value in fields.items():
        getattr(tflite, f"{table}Add{name}")(b, value)
    return getattr(tflite, f"{table}End")(b)


def integers(b, values):
    return b.CreateNumpyVector(np.array(values, np.int32))


def offsets(b, tables):
    b.StartVector(4, len(tables), 4)
    for table in reversed(tables):
        b.PrependUOffsetTRelative(table)
    return b.EndVector()
