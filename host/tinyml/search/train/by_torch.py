# SPDX-License-Identifier: MIT
"""Layers as PyTorch computes them, on any device. Maps are (items, channels, height, width)."""
import torch
from torch.nn import functional as F

from tinyml.search.net import Layer

EPSILON = 1e-5                  # of batch normalisation


def enter(x: torch.Tensor) -> torch.Tensor:
    """Items as maps."""
    return x.contiguous(memory_format=torch.channels_last)


def convolve(x: torch.Tensor, weight: torch.Tensor, layer: Layer) -> torch.Tensor:
    """Any convolution; its border is of zeros."""
    border = tuple(size // 2 for size in layer.kernel)
    groups = layer.shape[2] if layer.kind == "depthwise" else 1
    return F.conv2d(x, weight, None, layer.stride, border, 1, groups)


def normalise(x: torch.Tensor, gain: torch.Tensor, bias: torch.Tensor, kept: tuple | None, momentum: float,
              training: bool, relu6: bool) -> torch.Tensor:
    """Batch normalisation, and ReLU6 after it if wanted. `kept`: running (mean, variance), which
    training moves towards those of the batch; without training they are used."""
    x = F.batch_norm(x, *(kept or (None, None)), gain, bias, training, momentum, EPSILON)
    return F.relu6(x, inplace=True) if relu6 else x


def mean(x: torch.Tensor) -> torch.Tensor:
    """Of all pixels."""
    return x.mean((2, 3))


def dense(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """(items, classes) of what `mean` gave."""
    return F.linear(x, weight, bias)
