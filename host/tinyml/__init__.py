# SPDX-License-Identifier: MIT
"""Neural networks on microcontrollers, from Python. The same names as on the board."""
from tinyml.model import Model, load

__all__ = ["Model", "load"]
