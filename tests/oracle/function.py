# SPDX-License-Identifier: MIT
"""A function of each element as its definition has it: real numbers, the function, bytes."""
import numpy as np


def function(x, of, *, scale, zero_point, out_scale, out_zp):
    """`of` takes and gives arrays of float32. What is no number stands for 0."""
    reals = np.float32(scale) * (x.astype(np.float32) - np.float32(zero_point))
    made = np.float64(of(reals.astype(np.float32)))
    made = np.where(np.isnan(made), 0, np.clip(made, -1e30, 1e30))
    return np.clip(np.rint(made / out_scale) + out_zp, -128, 127).astype(np.int8)
