# SPDX-License-Identifier: MIT
"""Published architectures as int8 `.tflite` files, from their tables alone: weights are random.

    python -m tools.networks CONFIG.json -o OUT.tflite [--seed N] [--explicit-pads]

CONFIG.json has the fields of MCUNet's model zoo: `resolution`, `first_conv`, `blocks` (inverted
residuals), `feature_mix_layer` (or null), `classifier`. Any weights show how much memory a network
needs; these also keep activations alive in all layers, so that the image decides the output. The
same config and seed give the same file.
"""
import argparse
import json
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np

from .tflite_builder import ModelBuilder, Tensor

INPUT_QUANT = 1 / 128, 0        # pixels in -1 .. 1
INPUT_VARIANCE = 1 / 3          # of uniform ones
RELU6_QUANT = 6 / 255, -128
SPREAD = 2.0                    # standard deviation before an activation: RELU6 cuts few at 6
OFFSET = 0.25                   # standard deviation of the biases
MADE = SPREAD**2 + OFFSET**2    # variance before an activation
RECTIFIED = 0.34                # of a variance is left where all below zero is cut
POOLED = 0.25                   # of a variance is left by the mean over an image, about
REACH = 4.0                     # standard deviations that an output without activation can hold


@dataclass(frozen=True)
class Signal:
    """A tensor, and the variance of its real values."""

    tensor: Tensor
    variance: float


class Network:
    """Ops on signals: weights are drawn so that every output uses its range, as batch
    normalisation has it."""

    def __init__(self, seed: int, explicit_pads: bool):
        self.builder = ModelBuilder()
        self.rng = np.random.default_rng(seed)
        self.explicit_pads = explicit_pads

    def conv2d(self, x: Signal, channels: int, kernel: int = 1, stride: int = 1,
               activation: str = "RELU6") -> Signal:
        shape = channels, kernel, kernel, x.tensor.shape[3]
        return self._convolve(self.builder.conv2d, x, shape, 0, stride, activation)

    def depthwise_conv2d(self, x: Signal, kernel: int, stride: int) -> Signal:
        shape = 1, kernel, kernel, x.tensor.shape[3]
        return self._convolve(self.builder.depthwise_conv2d, x, shape, 3, stride, "RELU6")

    def add(self, x: Signal, y: Signal) -> Signal:
        variance = x.variance + y.variance
        sums = self.builder.add(x.tensor, y.tensor, out=self._quant(variance))
        return Signal(sums, variance)

    def global_mean(self, x: Signal) -> Signal:
        y = self.builder.mean(x.tensor, (1, 2), out=x.tensor.quant)
        return Signal(y, x.variance * POOLED)

    def fully_connected(self, x: Signal, channels: int) -> Signal:
        weights, bias = self._filters(x, (channels, x.tensor.shape[1]), 0)
        out = self._quant(MADE)
        return Signal(self.builder.fully_connected(x.tensor, weights, bias, out=out), MADE)

    def _convolve(self, op, x, shape, axis, stride, activation) -> Signal:
        weights, bias = self._filters(x, shape, axis)
        out = RELU6_QUANT if activation == "RELU6" else self._quant(MADE)
        padded, padding = self._pad(x.tensor, shape[1], stride)
        y = op(padded, weights, bias, stride=(stride, stride), padding=padding,
               activation=activation, out=out)
        return Signal(y, MADE * RECTIFIED if activation == "RELU6" else MADE)

    def _pad(self, x: Tensor, kernel: int, stride: int) -> tuple[Tensor, str]:
        """The input and the padding of a window; explicit ones as PyTorch's exports have them."""
        if not self.explicit_pads or kernel == 1 or stride == 1:
            return x, "SAME"
        edge = kernel // 2, kernel // 2
        return self.builder.pad(x, ((0, 0), edge, edge, (0, 0))), "VALID"

    def _filters(self, x: Signal, shape: tuple, axis: int) -> tuple[Tensor, Tensor]:
        """Weights with a scale per channel along `axis`, and a bias."""
        filters = self.rng.standard_normal((shape[axis], np.prod(shape) // shape[axis]))
        if axis == 0:
            # Inputs are positive after an activation; what they share would drown the rest.
            filters -= filters.mean(axis=1, keepdims=True)
        gains = self.rng.uniform(0.5, 1.5, (len(filters), 1))
        filters *= gains * SPREAD / sqrt(filters.shape[1] * x.variance)
        scales = np.float32(np.abs(filters).max(axis=1) / 127)
        levels = np.rint(filters / scales[:, None]).astype(np.int8)
        weights = np.moveaxis(levels.reshape(shape[axis], *np.delete(shape, axis)), 0, axis)
        steps = np.float32(x.tensor.quant[0]) * scales
        bias = np.rint(self.rng.normal(0, OFFSET, len(scales)) / steps).astype(np.int32)
        return (self.builder.constant(weights, scales, axis=axis),
                self.builder.constant(bias, steps))

    def _quant(self, variance: float) -> tuple[float, int]:
        return REACH * sqrt(variance) / 127, int(self.rng.integers(-12, 13))


def build(config: dict, seed: int = 0, explicit_pads: bool = False) -> bytes:
    """The `.tflite` file of a config: an RGB image in, one number per class out.

    Strided windows are padded as SAME, or by explicit PADs, which stand on both sides as PyTorch
    has them. Raises ValueError for what a config asks for beyond that.
    """
    net = Network(seed, explicit_pads)
    size, first = config["resolution"], config["first_conv"]
    x = Signal(net.builder.input((1, size, size, 3), *INPUT_QUANT), INPUT_VARIANCE)
    x = net.conv2d(x, first["out_channels"], first["kernel_size"], first["stride"])
    for block in config["blocks"]:
        x = _inverted_residual(net, x, block)
    mix = config.get("feature_mix_layer")
    if mix:
        x = net.conv2d(x, mix["out_channels"], mix["kernel_size"], mix["stride"])
    x = net.fully_connected(net.global_mean(x), config["classifier"]["out_features"])
    return net.builder.finish([x.tensor])


def _inverted_residual(net: Network, x: Signal, block: dict) -> Signal:
    conv = block["mobile_inverted_conv"]
    if conv is None or conv["name"] == "ZeroLayer":     # the search left this block away
        return x
    if conv.get("use_se") or conv.get("act_func") not in (None, "relu6"):
        raise ValueError(f"only blocks of RELU6 without squeeze-and-excite are known, not {conv}")
    wide = conv.get("mid_channels") or round(conv["in_channels"] * conv["expand_ratio"])
    y = x if conv["expand_ratio"] == 1 else net.conv2d(x, wide)
    y = net.depthwise_conv2d(y, conv["kernel_size"], conv["stride"])
    y = net.conv2d(y, conv["out_channels"], activation="NONE")
    return net.add(x, y) if block.get("shortcut") else y


def main() -> None:
    """Reads a config, writes a model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("config", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--explicit-pads", action="store_true",
                        help="PAD ops before strided windows, as PyTorch's exports have them")
    words = parser.parse_args()
    config = json.loads(words.config.read_text())
    words.output.write_bytes(build(config, words.seed, words.explicit_pads))


if __name__ == "__main__":
    main()
