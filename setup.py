# SPDX-License-Identifier: MIT
"""Compiles the C runtime into the host package, and puts the files beside it that a wheel carries: facts
of boards, and the modules if they are built. Everything else is in pyproject.toml."""
from pathlib import Path
from shutil import copyfile

from setuptools import setup
from setuptools.command.build_py import build_py

CARRIED = ("boards/*.toml", "build/mpy/*.mpy", "build/mpy/*/_tinyml.mpy", "build/mpy/*/core/_tinyml.mpy")


class Carry(build_py):
    """`tinyml.shipped` finds the files again."""

    def run(self):
        super().run()
        if self.editable_mode:
            return
        for source in (path for pattern in CARRIED for path in Path().glob(pattern)):
            target = Path(self.build_lib, "tinyml/files", source)
            target.parent.mkdir(parents=True, exist_ok=True)
            copyfile(source, target)


setup(cffi_modules=["native/host_build.py:ffi", "host/training/build.py:ffi"], cmdclass={"build_py": Carry},
      options={"bdist_wheel": {"py_limited_api": "cp311"}})
