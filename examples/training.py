# SPDX-License-Identifier: MIT
"""Small nets over time: trained in numpy, written as int8 `.tflite`. An item is (time, channels)."""
import numpy as np

from tools.tflite_builder import ModelBuilder


class Conv:
    """A window over time, all channels; of width 1, a fully connected layer."""

    def __init__(self, rng, inputs, outputs, width=1, stride=1, relu=True):
        self.width, self.stride, self.relu = width, stride, relu
        self.weights = rng.normal(0, (2 / (width * inputs)) ** 0.5, (width * inputs, outputs))
        self.bias = np.zeros(outputs)

    def forward(self, x):
        """(items, time, inputs) -> (items, time, outputs)"""
        view = np.lib.stride_tricks.sliding_window_view(x, self.width, axis=1)[:, ::self.stride]
        self.windows = view.swapaxes(2, 3).reshape(*view.shape[:2], -1)
        self.length = x.shape[1]
        y = self.windows @ self.weights + self.bias
        self.alive = y > 0 if self.relu else np.ones_like(y, bool)
        return y * self.alive

    def backward(self, dy):
        """The gradient of the input; those of weights and bias are kept."""
        dy = dy * self.alive
        self.gradients = (np.tensordot(self.windows, dy, ((0, 1), (0, 1))), dy.sum((0, 1)))
        count, steps = dy.shape[:2]
        parts = (dy @ self.weights.T).reshape(count, steps, self.width, -1)
        dx = np.zeros((count, self.length, parts.shape[-1]))
        for i in range(self.width):
            dx[:, i:i + self.stride * steps:self.stride] += parts[:, :, i]
        return dx


class Mean:
    """Over time."""

    def forward(self, x):
        """(items, time, channels) -> (items, 1, channels)"""
        self.length = x.shape[1]
        return x.mean(1, keepdims=True)

    def backward(self, dy):
        """The gradient of the input."""
        return np.repeat(dy, self.length, 1) / self.length


def run(layers, x):
    """Every activation, the input first."""
    values = [x]
    for layer in layers:
        values.append(layer.forward(values[-1]))
    return values


def probabilities(sums):
    """Softmax."""
    powers = np.exp(sums - sums.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def train(layers, batches, steps, rate=2e-3, decay=1e-4):
    """AdamW over so many batches: (items, labels), or (items, wanted outputs). The rate falls to zero."""
    convs, state = [layer for layer in layers if isinstance(layer, Conv)], {}
    for step, (x, wanted) in zip(range(steps), batches):
        y = run(layers, x)[-1]
        if wanted.ndim == 1:
            dy = probabilities(y) - np.eye(y.shape[-1])[wanted][:, None]
        else:
            dy = y - wanted
        dy /= len(x)
        for layer in reversed(layers):
            dy = layer.backward(dy)
        now = rate * 0.5 * (1 + np.cos(np.pi * step / steps))
        for conv in convs:
            conv.weights -= now / rate * decay * conv.weights
            for kept, gradient in zip((conv.weights, conv.bias), conv.gradients):
                m, v = state.setdefault(id(kept), (np.zeros_like(kept), np.zeros_like(kept)))
                m += 0.1 * (gradient - m)
                v += 0.001 * (gradient ** 2 - v)
                kept -= (now * m / (1 - 0.9 ** (step + 1))
                         / (np.sqrt(v / (1 - 0.999 ** (step + 1))) + 1e-8))


def write_tflite(layers, items, given, wanted=None):
    """The net as int8; ranges are those of `items`. given: (scale, zero point) of the input; wanted:
    of the output, which is a softmax without it."""
    b, values = ModelBuilder(), run(layers, items)
    x = b.input((1, items.shape[1], 1, items.shape[2]), *given)
    for layer, value in zip(layers, values[1:]):
        if isinstance(layer, Mean):
            x = b.mean(x, (1, 2), out=x.quant)
            continue
        out = wanted if wanted and layer is layers[-1] else _range(value)
        x = _write_conv(b, x, layer, out)
    return b.finish([x if wanted else b.softmax(x)])


def _range(value):
    """Scale and zero point that hold all of it, and zero."""
    low, high = min(value.min(), 0), max(value.max(), 0)
    scale = float(np.float32((high - low) / 255))
    return scale, int(np.clip(round(-128 - low / scale), -128, 127))


def _write_conv(b, x, layer, out):
    """Weights of a convolution have a scale for each output, of a fully connected layer one."""
    whole = len(x.shape) == 2 or layer.width == x.shape[1] == 1
    largest = np.abs(layer.weights).max(0)
    scales = np.float32((np.full_like(largest, largest.max()) if whole else largest) / 127)
    data = np.int8(np.rint(layer.weights / scales)).T
    bias = b.constant(np.int32(np.rint(layer.bias / (scales * np.float32(x.scales[0])))),
                      (scales * np.float32(x.scales[0])).tolist()[:1 if whole else None])
    activation = "RELU" if layer.relu else "NONE"
    if whole:
        weights = b.constant(np.ascontiguousarray(data), scales.tolist()[:1])
        return b.fully_connected(x, weights, bias, activation=activation, out=out)
    shaped = data.reshape(len(data), layer.width, 1, -1)
    weights = b.constant(np.ascontiguousarray(shaped), scales.tolist())
    return b.conv2d(x, weights, bias, stride=(layer.stride, 1), padding="VALID",
                    activation=activation, out=out)
