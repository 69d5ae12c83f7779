# SPDX-License-Identifier: MIT
"""What users install, in dist/: the wheel for laptops, and a tree of packages for `mip` on boards.

    dist/mip/package/6/tinyml-<arch>/latest.json       for `mip install --index`, by hashes
    dist/mip/file/<2 digits>/<hash>                    what they name
    dist/mip/builds/<version>/<arch>_6.3/package.json  the same by address, for any web server
    dist/mip/tinyml.pyi                                names and types, for editors

A board whose heap is short takes `tinyml-core-<arch>`, or `<arch>_6.3/core/package.json`. The forms are those
of MicroPython's package manager; 6.3 is the version of its native interface (MicroPython 1.23 to 1.29).
"""

import hashlib
import json
import shutil
import tomllib
from pathlib import Path

from .environment import PYTHON, with_tools
from .micropython import ARCHS, PYTHON_PARTS, module_path
from .steps import BUILD, ROOT, call

DIST = ROOT / "dist"
ABI, SUB = 6, 3
BUILDS = {"full": "tinyml", "core": "tinyml-core"}
HASH_DIGITS = 16


def release():
    """The wheel and the tree; modules must be built."""
    shutil.rmtree(DIST, ignore_errors=True)
    write_wheel(DIST)
    write_mip(DIST / "mip")


def version() -> str:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def write_wheel(folder: Path) -> Path:
    """A wheel with the modules of every architecture: its users need no compiler."""
    for leftover in ("bdist.*", "lib.*"):
        for path in BUILD.glob(leftover):
            shutil.rmtree(path)
    command = [PYTHON, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", folder, ROOT]
    call("wheel", command, env=with_tools())
    wheel, = folder.glob("*.whl")
    return wheel


def write_mip(folder: Path):
    """The packages of every architecture, in both forms."""
    for arch in ARCHS:
        for build, name in BUILDS.items():
            files = _files(arch, build)
            _write_by_hash(folder, f"{name}-{arch}", files)
            _write_by_address(folder, f"{arch}_{ABI}.{SUB}", "" if build == "full" else build, files)
    shutil.copyfile(ROOT / "host/tinyml/model.pyi", folder / "tinyml.pyi")


def _files(arch: str, build: str) -> dict[str, bytes]:
    """What a board needs, by the name that it has there."""
    paths = [BUILD / "mpy" / f"{name}.mpy" for name in PYTHON_PARTS]
    return {path.name: path.read_bytes()
            for path in (BUILD / "mpy" / module_path(arch, build), *paths)}


def _write_by_hash(folder: Path, name: str, files: dict[str, bytes]):
    hashes = []
    for file, content in files.items():
        digits = hashlib.sha256(content).hexdigest()[:HASH_DIGITS]
        _write(folder / "file" / digits[:2] / digits, content)
        hashes.append([file, digits])
    package = json.dumps({"v": 1, "version": version(), "hashes": hashes}).encode()
    for revision in ("latest", version()):
        _write(folder / "package" / str(ABI) / name / f"{revision}.json", package)


def _write_by_address(folder: Path, arch: str, build: str, files: dict[str, bytes]):
    place = folder / "builds" / version() / arch / build
    for file, content in files.items():
        _write(place / file, content)
    package = {"v": 1, "version": version(), "urls": [[file, file] for file in files]}
    _write(place / "package.json", json.dumps(package).encode())


def _write(path: Path, content: bytes):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
