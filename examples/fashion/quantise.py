# SPDX-License-Identifier: MIT
"""Post-training quantisation to int8, by the conventions of TensorFlow Lite.

A float model is a list of `Layer`s in execution order; the result is a list of `Op`s over
quantised `Tensor`s. Activations have one scale and zero point per tensor, from the smallest and
largest value seen on the calibration photos; weights are symmetric, one scale per output channel
(per tensor in a fully connected layer); a bias is int32 with scale input * weights.
"""

from dataclasses import dataclass

import numpy as np

INPUT = "photo"
PIXEL_SCALE, PIXEL_ZERO_POINT = 1 / 255, -128  # int8 = pixel - 128
SOFTMAX_SCALE, SOFTMAX_ZERO_POINT = 1 / 256, -128  # fixed by the definition of the int8 op
BIAS_MAX = 2**30  # int32, with one bit left for the sum
KERNEL_AXIS = {"conv2d": 0, "depthwise_conv2d": 3}  # output channels in OHWI and 1HWO


@dataclass(frozen=True)
class Layer:
    """One op of the float model, in NHWC: batch norm folded, relu6 fused, SAME padding."""

    kind: str
    name: str  # of the layer and of its output
    inputs: tuple[str, ...]
    weights: np.ndarray | None = None  # OHWI; depthwise 1HWO; fully connected OI
    bias: np.ndarray | None = None
    stride: int = 1
    relu6: bool = False


@dataclass(frozen=True)
class Tensor:
    """A quantised tensor: real = scale * (data - zero_point)."""

    name: str
    shape: tuple[int, ...]
    type: str  # int8 or int32
    scale: np.ndarray | None = None  # float32: one, or one per item of `axis`
    zero_point: int = 0
    axis: int = 0
    data: np.ndarray | None = None  # None for an activation


@dataclass(frozen=True)
class Op:
    kind: str
    inputs: tuple[Tensor, ...]
    output: Tensor
    stride: int = 1
    relu6: bool = False

    @property
    def macs(self):
        """Multiply-accumulates: each weight is used once per output pixel."""
        weights = [t for t in self.inputs[1:2] if t.type == "int8" and t.data is not None]
        pixels = int(np.prod(self.output.shape[1:-1]))
        return sum(t.data.size for t in weights) * pixels


def fold_batch_norm(weights, gamma, beta, mean, variance, epsilon):
    """Weights (output channel first) and bias that do the work of the batch norm after them."""
    factor = gamma / np.sqrt(variance + epsilon)
    return weights * factor.reshape(-1, *[1] * (weights.ndim - 1)), beta - mean * factor


# The float model


def run_float(layers, photos):
    """Every activation by name, for photos (n, h, w, 1) in 0..1."""
    values = {INPUT: photos}
    for layer in layers:
        values[layer.name] = FLOAT[layer.kind](layer, *(values[name] for name in layer.inputs))
    return values


def same_padding(size, kernel, stride):
    """(before, after): the odd one goes after, so stride 2 on an even size pads only after."""
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def windows(layer, x):
    """(n, out_h, out_w, c, k_h, k_w)"""
    kernel = layer.weights.shape[1:3]
    pads = [same_padding(size, k, layer.stride) for size, k in zip(x.shape[1:3], kernel)]
    padded = np.pad(x, [(0, 0), *pads, (0, 0)])
    view = np.lib.stride_tricks.sliding_window_view(padded, kernel, axis=(1, 2))
    return view[:, :: layer.stride, :: layer.stride]


def activate(layer, y):
    return np.clip(y, 0, 6) if layer.relu6 else y


def conv2d(layer, x):
    products = np.tensordot(windows(layer, x), layer.weights, axes=((3, 4, 5), (3, 1, 2)))
    return activate(layer, products + layer.bias)


def depthwise_conv2d(layer, x):
    products = np.einsum("nhwcij,ijc->nhwc", windows(layer, x), layer.weights[0])
    return activate(layer, products + layer.bias)


def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


FLOAT = {
    "conv2d": conv2d,
    "depthwise_conv2d": depthwise_conv2d,
    "add": lambda layer, a, b: activate(layer, a + b),
    "mean": lambda layer, x: x.mean(axis=(1, 2)),
    "fully_connected": lambda layer, x: activate(layer, x @ layer.weights.T + layer.bias),
    "softmax": lambda layer, x: softmax(x),
}


# The quantised model


def quantise(layers, photos):
    """The ops of the int8 model; `photos` (n, h, w, 1) in 0..1 calibrate the activations."""
    values = run_float(layers, photos)
    tensors = {INPUT: activation(INPUT, photos.shape, PIXEL_SCALE, PIXEL_ZERO_POINT)}
    ops = []
    for layer in layers:
        inputs = tuple(tensors[name] for name in layer.inputs)
        output = calibrate(layer, values[layer.name])
        inputs += constants(layer, inputs[0])
        ops.append(Op(layer.kind, inputs, output, layer.stride, layer.relu6))
        tensors[layer.name] = output
    return ops


def activation(name, shape, scale, zero_point):
    return Tensor(name, (1, *shape[1:]), "int8", np.array([scale], np.float32), zero_point)


def calibrate(layer, values):
    """The output tensor: the range of `values`, widened to hold 0, on -128..127."""
    if layer.kind == "softmax":
        return activation(layer.name, values.shape, SOFTMAX_SCALE, SOFTMAX_ZERO_POINT)
    low, high = min(values.min(), 0), max(values.max(), 0)
    scale = (high - low) / 255
    return activation(layer.name, values.shape, scale, round(-128 - low / scale))


def constants(layer, x):
    """The inputs of an op that are part of the model: weights and bias, or axes."""
    if layer.kind == "mean":
        axes = np.array([1, 2], np.int32)
        return (Tensor(f"{layer.name}/axes", axes.shape, "int32", data=axes),)
    if layer.weights is None:
        return ()
    weights = quantise_weights(layer, x.scale)
    return weights, quantise_bias(layer, x.scale * weights.scale)


def quantise_weights(layer, input_scale):
    axis = KERNEL_AXIS.get(layer.kind)
    others = tuple(i for i in range(layer.weights.ndim) if i != axis)
    largest = np.abs(layer.weights).max(axis=others, keepdims=True)
    fits = np.abs(layer.bias) / input_scale / BIAS_MAX  # a dead channel has a bias all the same
    fits = fits.max() if axis is None else fits.reshape(largest.shape)
    scale = np.maximum(largest / 127, fits).astype(np.float32)
    data = np.clip(np.round(layer.weights / scale), -127, 127).astype(np.int8)
    return Tensor(f"{layer.name}/weights", data.shape, "int8", scale.ravel(), 0, axis or 0, data)


def quantise_bias(layer, scale):
    data = np.round(layer.bias / scale).astype(np.int32)
    return Tensor(f"{layer.name}/bias", data.shape, "int32", scale, data=data)
