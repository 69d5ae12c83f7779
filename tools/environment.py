# SPDX-License-Identifier: MIT
"""The virtual environment in .venv, with the project installed in place."""

import os
import sys
from pathlib import Path

from .steps import ROOT, call, digest, step

VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
# What decides on the contents: dependencies, and the C that becomes an extension.
SOURCES = [ROOT / "pyproject.toml", ROOT / "setup.py", ROOT / "native"]


def create_environment():
    step("venv", sys.version, [PYTHON], lambda: call("venv", [sys.executable, "-m", "venv", VENV]))
    install = [PYTHON, "-m", "pip", "install", "--editable", f"{ROOT}[dev]"]
    key = digest(SOURCES, sys.version)
    step("python packages", key, [BIN / "tinyml"], lambda: call("pip", install, cwd=ROOT))


def with_tools() -> dict[str, str]:
    """The process's environment, with the virtual environment's programs found first."""
    return os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


def tool(name: str) -> Path:
    return BIN / name
