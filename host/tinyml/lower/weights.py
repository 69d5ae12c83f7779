# SPDX-License-Identifier: MIT
"""Weights as kernels read them: in pairs or groups of four channels (docs/KERNELS.md)."""
import numpy as np


def pairs(weights: np.ndarray) -> tuple[np.ndarray, int]:
    """(output channels, inputs) int8 -> (pairs, depth / 2) words, and depth.

    A halfword is w0 + 256 * w1 of two channels, modulo 2^16; a word holds the first and the third of four
    inputs, the next word the others. Inputs are padded with zeros to a multiple of 4.
    """
    outputs, inputs = weights.shape
    padded = np.zeros((outputs + outputs % 2, inputs + -inputs % 4), np.int32)
    padded[:outputs, :inputs] = weights
    halves = padded[0::2] + 256 * padded[1::2]
    order = halves.reshape(len(halves), -1, 2, 2).swapaxes(2, 3)
    words = np.ascontiguousarray(order.astype(np.int16).reshape(len(halves), -1))
    return words.view(np.uint32), padded.shape[1]


def wraps(weights: np.ndarray) -> bool:
    """Whether w0 + 256 * w1 does not fit a halfword in some pair of channels."""
    odd = weights[1::2]
    return bool(((odd == -128) & (weights[0::2][:len(odd)] < 0)).any())


def quads(weights: np.ndarray) -> np.ndarray:
    """(rows, columns, channels) int8 -> (groups of four channels, rows, columns) words."""
    rows, columns, channels = weights.shape
    padded = np.zeros((rows, columns, channels + -channels % 4), np.int8)
    padded[..., :channels] = weights
    groups = padded.reshape(rows, columns, -1, 4).transpose(2, 0, 1, 3)
    return np.ascontiguousarray(groups).view(np.uint32)[..., 0]


def padded(array: np.ndarray, multiple: int, filler: int) -> np.ndarray:
    """The array with fillers up to a multiple of so many entries."""
    return np.append(array, np.full(-len(array) % multiple, filler, array.dtype))
