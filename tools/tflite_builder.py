# SPDX-License-Identifier: MIT
"""Makes .tflite models in memory: tensors are handles, ops are methods, shapes are computed.

    b = ModelBuilder()
    x = b.input((1, 8, 8, 3), 0.5, -128)
    w = b.constant(weights, scales=[...], axis=0)
    y = b.conv2d(x, w, bias, stride=(2, 2), padding="SAME", activation="RELU6", out=(0.1, 3))
    model = b.finish([y])
"""

import numpy as np
import tflite

from tinyml.tflite_writer import Operator, Tensor, write

CODES = tflite.BuiltinOperator


class ModelBuilder:
    def __init__(self):
        self.tensors, self.operators, self.inputs, self.buffers = [], [], [], [b""]

    # Tensors

    def input(self, shape, scale=None, zero_point=0, dtype="int8", name=None):
        quant = None if scale is None else (scale, zero_point)
        tensor = self.tensor(shape, quant, dtype, name or f"input_{len(self.inputs)}")
        self.inputs.append(tensor)
        return tensor

    def constant(self, array, scales=(), zero_points=None, axis=0, name=None):
        """An array; scales: one, one per index along axis, or none."""
        array = np.asarray(array)
        scales = tuple(np.atleast_1d(scales))
        if zero_points is None:
            zero_points = (0,) * len(scales)
        self.buffers.append(np.ascontiguousarray(array).tobytes())
        return self._add(array.shape, array.dtype.name, name or f"constant_{len(self.buffers) - 1}",
                         scales, tuple(np.atleast_1d(zero_points)), axis, len(self.buffers) - 1)

    def tensor(self, shape, quant=None, dtype="int8", name=None):
        """A tensor computed at run time; quant: (scale, zero point) or None."""
        scales, zero_points = ((quant[0],), (quant[1],)) if quant else ((), ())
        return self._add(shape, dtype, name or f"tensor_{len(self.tensors)}", scales, zero_points)

    def state(self, shape, quant, dtype="int8", name=None):
        """A variable tensor: the operator that reads it changes it as well."""
        scale, zero_point = quant
        return self._add(shape, dtype, name or f"state_{len(self.tensors)}", (scale,),
                         (zero_point,), is_variable=True)

    def _add(self, shape, dtype, name, *rest, **more):
        shape = tuple(int(size) for size in shape)
        self.tensors.append(Tensor(len(self.tensors), name, shape, dtype, *rest, **more))
        return self.tensors[-1]

    # Ops. Every method takes name=, the name of its output.

    def op(self, code, inputs, shape, quant=None, options=(), *, dtype="int8", name=None,
           custom="", intermediates=()):
        """Any op with one output: code is the name of a builtin, such as 'LOGISTIC'."""
        name = name or f"{(custom or code).lower()}_{len(self.operators)}"
        output = self.tensor(shape, quant, dtype, name)
        self._operator(code, inputs, (output,), options, custom, intermediates)
        return output

    def several(self, code, inputs, shapes, quant=None, options=(), *, dtype="int8"):
        """Any op with several outputs, or none: as many as there are shapes."""
        name = f"{code.lower()}_{len(self.operators)}"
        outputs = tuple(self.tensor(shape, quant, dtype, f"{name}_{i}")
                        for i, shape in enumerate(shapes))
        self._operator(code, inputs, outputs, options)
        return outputs

    def variable(self, name):
        """The handle of a variable; READ_VARIABLE and ASSIGN_VARIABLE take it."""
        options = "VarHandleOptions", {"SharedName": name}
        return self.op("VAR_HANDLE", [], (), None, options, dtype="resource")

    def _operator(self, code, inputs, outputs, options, custom="", intermediates=()):
        self.operators.append(Operator(getattr(CODES, code), custom, tuple(inputs), outputs,
                                       options, tuple(intermediates)))

    def custom(self, custom_code, inputs, shape, quant=None, **more):
        return self.op("CUSTOM", inputs, shape, quant, custom=custom_code, **more)

    def conv2d(self, x, weights, bias=None, *, stride=(1, 1), padding="SAME", dilation=(1, 1),
               activation="NONE", out, name=None):
        shape = _windowed(x.shape, weights.shape[1:3], stride, padding, dilation, weights.shape[0])
        options = _window_options(stride, padding, activation) | _dilation(dilation)
        return self.op("CONV_2D", _present(x, weights, bias), shape, out,
                       ("Conv2DOptions", options), name=name)

    def depthwise_conv2d(self, x, weights, bias=None, *, stride=(1, 1), padding="SAME",
                         dilation=(1, 1), activation="NONE", out, name=None):
        """weights (1, h, w, c * multiplier)."""
        shape = _windowed(x.shape, weights.shape[1:3], stride, padding, dilation, weights.shape[3])
        options = _window_options(stride, padding, activation) | _dilation(dilation)
        options["DepthMultiplier"] = weights.shape[3] // x.shape[3]
        return self.op("DEPTHWISE_CONV_2D", _present(x, weights, bias), shape, out,
                       ("DepthwiseConv2DOptions", options), name=name)

    def transpose_conv(self, x, weights, bias, size, *, stride, padding, activation="NONE", out,
                       name=None):
        """weights (outputs, h, w, c); size: (height, width)."""
        shape = (1, *size, weights.shape[0])
        options = _window_options(stride, padding, activation)
        return self.op("TRANSPOSE_CONV", _present(self._int32(shape), weights, x, bias), shape, out,
                       ("TransposeConvOptions", options), name=name)

    def fully_connected(self, x, weights, bias=None, *, activation="NONE", keep_num_dims=False,
                        out, name=None):
        """A missing bias is written as input -1, as converters do; convolutions leave it out."""
        rows = x.shape[:-1] if keep_num_dims else (np.prod(x.shape) // weights.shape[1],)
        options = {"FusedActivationFunction": activation_code(activation),
                   "KeepNumDims": keep_num_dims}
        return self.op("FULLY_CONNECTED", [x, weights, bias], (*rows, weights.shape[0]),
                       out, ("FullyConnectedOptions", options), name=name)

    def average_pool(self, x, **window_of):
        return self._pool("AVERAGE_POOL_2D", x, **window_of)

    def max_pool(self, x, **window_of):
        return self._pool("MAX_POOL_2D", x, **window_of)

    def _pool(self, code, x, *, kernel, stride, padding="VALID", activation="NONE", out=None,
              name=None):
        shape = _windowed(x.shape, kernel, stride, padding, (1, 1), x.shape[3])
        options = _window_options(stride, padding, activation)
        options |= {"FilterHeight": kernel[0], "FilterWidth": kernel[1]}
        return self.op(code, [x], shape, out or x.quant, ("Pool2DOptions", options), name=name)

    def mean(self, x, axes, *, keep_dims=False, out, name=None):
        reduced = {axis % len(x.shape) for axis in axes}
        sizes = ((1 if i in reduced else n) if keep_dims or i not in reduced else None
                 for i, n in enumerate(x.shape))
        return self.op("MEAN", [x, self._int32(axes)], [n for n in sizes if n is not None], out,
                       ("ReducerOptions", {"KeepDims": keep_dims}), name=name)

    def add(self, a, b, *, activation="NONE", out, name=None):
        options = {"FusedActivationFunction": activation_code(activation)}
        return self.op("ADD", [a, b], np.broadcast_shapes(a.shape, b.shape), out,
                       ("AddOptions", options), name=name)

    def pad(self, x, paddings, value=None, *, out=None, name=None):
        """value: a byte, which makes it PADV2."""
        shape = [n + sum(edges) for n, edges in zip(x.shape, paddings, strict=True)]
        quant, inputs = out or x.quant, [x, self._int32(paddings)]
        if value is None:
            return self.op("PAD", inputs, shape, quant, ("PadOptions", {}), name=name)
        inputs.append(self.constant(np.array([value], x.dtype), *quant))
        return self.op("PADV2", inputs, shape, quant, ("PadV2Options", {}), name=name)

    def reshape(self, x, shape, *, name=None):
        """One size may be -1; the shape is a constant input, and an option as converters write."""
        return self._reshape(x, shape, self._int32(shape), name)

    def dynamic_reshape(self, x, shape, *, name=None):
        """As converters write it for a free batch size: SHAPE, STRIDED_SLICE, PACK, RESHAPE.

        shape: the sizes after the first, which is the batch of x.
        """
        whole = self.op("SHAPE", [x], (len(x.shape),), None, _shape_options(), dtype="int32")
        edges = [self._int32([n]) for n in (0, 1, 1)]
        batch = self.op("STRIDED_SLICE", [whole, *edges], (), None,
                        ("StridedSliceOptions", {"ShrinkAxisMask": 1}), dtype="int32")
        sizes = [batch, *(self.constant(np.int32(n)) for n in shape)]
        packed = self.op("PACK", sizes, (len(sizes),), None,
                         ("PackOptions", {"ValuesCount": len(sizes)}), dtype="int32")
        return self._reshape(x, (x.shape[0], *shape), packed, name)

    def _reshape(self, x, shape, given, name):
        options = ("ReshapeOptions", {"NewShape": np.array(shape, np.int32)})
        known = np.empty(x.shape, np.int8).reshape(shape).shape
        return self.op("RESHAPE", [x, given], known, x.quant, options, dtype=x.dtype, name=name)

    def resize(self, kind, x, size, *, align_corners=False, half_pixel_centers=False, out=None,
               name=None):
        """kind: Bilinear or NearestNeighbor; size: (height, width)."""
        code = {"Bilinear": "RESIZE_BILINEAR", "NearestNeighbor": "RESIZE_NEAREST_NEIGHBOR"}[kind]
        options = {"AlignCorners": align_corners, "HalfPixelCenters": half_pixel_centers}
        return self.op(code, [x, self._int32(size)], (1, *size, x.shape[3]), out or x.quant,
                       (f"Resize{kind}Options", options), name=name)

    def softmax(self, x, *, beta=1.0, out=(1 / 256, -128), name=None):
        options = ("SoftmaxOptions", {"Beta": beta})
        return self.op("SOFTMAX", [x], x.shape, out, options, name=name)

    def quantize(self, x, *, out, dtype="int8", name=None):
        return self.op("QUANTIZE", [x], x.shape, out, ("QuantizeOptions", {}), dtype=dtype,
                       name=name)

    def dequantize(self, x, *, name=None):
        return self.op("DEQUANTIZE", [x], x.shape, None, ("DequantizeOptions", {}),
                       dtype="float32", name=name)

    def transpose(self, x, perm, *, name=None):
        return self.op("TRANSPOSE", [x, self._int32(perm)], [x.shape[i] for i in perm], x.quant,
                       ("TransposeOptions", {}), dtype=x.dtype, name=name)

    def relu(self, x, *, out=None, name=None):
        return self.op("RELU", [x], x.shape, out or x.quant, name=name)

    def relu6(self, x, *, out=None, name=None):
        return self.op("RELU6", [x], x.shape, out or x.quant, name=name)

    def _int32(self, values):
        return self.constant(np.array(values, np.int32))

    def finish(self, outputs):
        """The bytes of the model."""
        return write(self.tensors, self.operators, self.buffers, self.inputs, outputs)


def _present(*inputs):
    return [tensor for tensor in inputs if tensor is not None]


def activation_code(name):
    """The number of a fused activation."""
    return getattr(tflite.ActivationFunctionType, name)


def _window_options(stride, padding, activation):
    return {"Padding": getattr(tflite.Padding, padding), "StrideH": stride[0],
            "StrideW": stride[1], "FusedActivationFunction": activation_code(activation)}


def _dilation(dilation):
    return {"DilationHFactor": dilation[0], "DilationWFactor": dilation[1]}


def _shape_options():
    return "ShapeOptions", {"OutType": tflite.TensorType.INT32}


def _windowed(shape, kernel, stride, padding, dilation, channels):
    if padding == "SAME":
        sizes = [-(-n // step) for n, step in zip(shape[1:3], stride, strict=True)]
    else:
        reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
        sizes = [(n - r) // step + 1 for n, r, step in zip(shape[1:3], reach, stride, strict=True)]
    assert min(sizes) > 0, "the window is larger than the input"
    return (shape[0], *sizes, channels)
