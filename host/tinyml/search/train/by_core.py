# SPDX-License-Identifier: MIT
"""Layers as C code of ours computes them, on one core: for nets of few channels two to four times as
fast as PyTorch, whose vectors are of channels. Maps are (height, width, channels, items): vectors are
of items, and always full. The same functions as in by_torch.
"""
import torch
from torch.autograd import Function
from torch.nn import functional as F

from tinyml.search.net import Layer
from tinyml.search.train._kernels import ffi, lib
from tinyml.search.train.by_torch import EPSILON

LAYERS = lib.train_layers(0)      # compiled for this core
LANES = 16                      # items come in multiples of it


def takes(x: torch.Tensor) -> bool:
    """Whether items can be computed here."""
    return x.device.type == "cpu" and x.dtype == torch.float32 and len(x) % LANES == 0


def enter(x: torch.Tensor) -> torch.Tensor:
    """Items as maps."""
    return x.permute(2, 3, 1, 0).contiguous()


def convolve(x: torch.Tensor, weight: torch.Tensor, layer: Layer) -> torch.Tensor:
    """Any convolution; its border is of zeros."""
    if layer.kind == "depthwise":
        return Depthwise.apply(x, weight, layer)
    return Convolve.apply(x, weight.permute(0, 2, 3, 1), layer)


def normalise(x: torch.Tensor, gain: torch.Tensor, bias: torch.Tensor, kept: tuple | None, momentum: float,
              training: bool, relu6: bool) -> torch.Tensor:
    """Batch normalisation, and ReLU6 after it if wanted. `kept`: running (mean, variance), which
    training moves towards those of the batch; without training they are used."""
    if not training:
        mean, variance = kept
        scale = gain * torch.rsqrt(variance + EPSILON)
        x = torch.addcmul((bias - mean * scale)[:, None], x, scale[:, None])
        return F.relu6(x, inplace=True) if relu6 else x
    y, held = Normalise.apply(x, gain, bias, relu6)
    if kept:
        count = x.numel() // len(gain)
        kept[0].lerp_(held[0], momentum)
        kept[1].lerp_(held[1] * (count / (count - 1)), momentum)
    return y


def mean(x: torch.Tensor) -> torch.Tensor:
    """Of all pixels."""
    return x.mean((0, 1))


def dense(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """(items, classes) of what `mean` gave."""
    return F.linear(x.t(), weight, bias)


def _at(tensor: torch.Tensor):
    """Where its numbers are, for C."""
    return ffi.cast("float *", tensor.data_ptr())


def _window(x: torch.Tensor, layer: Layer):
    """How a layer sees its input."""
    height, width, channels, items = x.shape
    return ffi.new("train_window_t *", [height, width, *layer.shape[:2], *layer.kernel, *layer.stride,
                                        *(size // 2 for size in layer.kernel), channels, items])


class Convolve(Function):
    """x (height, width, inputs, items), weights (outputs, kernel height, kernel width, inputs)."""

    @staticmethod
    def forward(ctx, x, weight, layer):
        x, weight = x.contiguous(), weight.contiguous()
        ctx.save_for_backward(x, weight)
        ctx.window = _window(x, layer)
        y = torch.empty(*layer.shape, x.shape[3])
        LAYERS.convolve(ctx.window, _matrices(weight, (0, 3)), _at(x), _at(y))
        return y

    @staticmethod
    def backward(ctx, dy):
        x, weight = ctx.saved_tensors
        dy, dx, dw = dy.contiguous(), None, torch.empty_like(weight)
        LAYERS.convolve_weights(ctx.window, _at(x), _at(dy), _at(dw), len(weight))
        if ctx.needs_input_grad[0]:
            dx = torch.empty_like(x)
            LAYERS.convolve_input(ctx.window, _matrices(weight, (3, 0)), _at(dy), _at(dx))
        return dx, dw, None


def _matrices(weight: torch.Tensor, axes: tuple[int, int]):
    """Whose rows and columns are these axes, one for each place of the kernel."""
    return ffi.new("train_matrices_t *", [_at(weight), *(weight.shape[axis] for axis in axes),
                                          *(weight.stride(axis) for axis in axes), weight.shape[3]])


class Depthwise(Function):
    """x (height, width, channels, items), weights (channels, 1, kernel height, kernel width)."""

    @staticmethod
    def forward(ctx, x, weight, layer):
        x, weight = x.contiguous(), weight.contiguous()
        ctx.save_for_backward(x, weight)
        ctx.window = _window(x, layer)
        y = torch.empty(*layer.shape, x.shape[3])
        LAYERS.depthwise(ctx.window, _at(x), _at(weight), _at(y))
        return y

    @staticmethod
    def backward(ctx, dy):
        x, weight = ctx.saved_tensors
        dy, dx, dw = dy.contiguous(), torch.empty_like(x), torch.empty_like(weight)
        LAYERS.depthwise_input(ctx.window, _at(weight), _at(dy), _at(dx))
        LAYERS.depthwise_weights(ctx.window, _at(x), _at(dy), _at(dw))
        return dx, dw, None


class Normalise(Function):
    """(y, the means and variances of x and what else C keeps); nothing is learned through those."""

    @staticmethod
    def forward(ctx, x, gain, bias, relu6):
        x, gain, bias = x.contiguous(), gain.contiguous(), bias.contiguous()
        height, width, channels, items = x.shape
        held, sums = torch.empty(4, channels), torch.empty(2, channels, dtype=torch.float64)
        ctx.shape = ffi.new("train_shape_t *", [height * width, channels, items])
        ctx.norm = ffi.new("train_norm_t *", [_at(gain), _at(bias), EPSILON, relu6, *map(_at, held),
                                              ffi.cast("double *", sums.data_ptr())])
        y = torch.empty_like(x)
        LAYERS.normalise(ctx.shape, ctx.norm, _at(x), _at(y))
        ctx.save_for_backward(x, gain, bias, held, sums)
        ctx.mark_non_differentiable(held)
        return y, held

    @staticmethod
    def backward(ctx, dy, _):
        x, dy = ctx.saved_tensors[0], dy.contiguous()
        dx, (dgain, dbias) = torch.empty_like(x), torch.empty(2, x.shape[2])
        LAYERS.normalise_input(ctx.shape, ctx.norm, _at(x), _at(dy), _at(dx), _at(dgain), _at(dbias))
        return dx, dgain, dbias, None
