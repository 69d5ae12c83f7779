# SPDX-License-Identifier: MIT
"""Compiles the C runtime into the host package; everything else is in pyproject.toml."""
from setuptools import setup

setup(cffi_modules=["native/host_build.py:ffi"])
