# SPDX-License-Identifier: MIT
"""The virtual environment in .venv, with the project installed in place."""

import os
import sys
from pathlib import Path

from .steps import ROOT, call, digest, step

VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")


def create_environment():
    """The environment, its packages, and the C runtime as an extension; each only if changed."""
    create = [sys.executable, "-m", "venv", VENV]
    step("venv", sys.version, [PYTHON], lambda: call("venv", create))
    project = digest([ROOT / "pyproject.toml"], sys.version)
    install = [PYTHON, "-m", "pip", "install", "setuptools", "--editable", f"{ROOT}[dev]"]
    step("python packages", project, [BIN / "tinyml"], lambda: call("pip", install, cwd=ROOT))
    runtime = digest([ROOT / "setup.py", ROOT / "native", ROOT / "host/training"], project)
    compile_it = [PYTHON, "setup.py", "-q", "build_ext", "--inplace"]
    step("C runtime", runtime, [], lambda: call("runtime", compile_it, cwd=ROOT))


def add_mkdocs():
    """What makes pages of docs/; only the task `docs` needs it."""
    project = digest([ROOT / "pyproject.toml"], sys.version)
    install = [PYTHON, "-m", "pip", "install", "--editable", f"{ROOT}[docs]"]
    step("mkdocs", project, [BIN / "mkdocs"], lambda: call("mkdocs", install, cwd=ROOT))


def add_torch():
    """What trains nets; only the task `search` needs it."""
    project = digest([ROOT / "pyproject.toml"], sys.version)
    install = [PYTHON, "-m", "pip", "install", "--editable", f"{ROOT}[search]"]
    step("torch", project, [BIN / "torchrun"], lambda: call("torch", install, cwd=ROOT))


def with_tools() -> dict[str, str]:
    """The process's environment, with the virtual environment's programs found first. MicroPython's
    linker takes what it finds in the order of a set: the same one each time.
    """
    return os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PYTHONHASHSEED": "0"}


def tool(name: str) -> Path:
    return BIN / name
