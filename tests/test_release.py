# SPDX-License-Identifier: MIT
"""What a release consists of: the wheel, packages for `mip`, types of the names on a board."""
import ast
import hashlib
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.plugged import plugged
from tinyml.board import load_board
from tinyml.pack import pack
from tools import release
from tools.micropython import ARCHS, module_path
from tools.steps import BUILD

ROOT = Path(__file__).resolve().parent.parent
FASHION = ROOT / "examples/fashion"


@pytest.fixture(scope="module")
def built():
    for arch in ARCHS:
        for build in release.BUILDS:
            if not (BUILD / "mpy" / module_path(arch, build)).exists():
                pytest.skip("python3 tasks.py build mpy")


@pytest.fixture(scope="module")
def tree(built, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mip")
    release.write_mip(folder)
    return folder


# Packages


def test_packages_name_files_by_their_hash(tree):
    packages = sorted(path.parent.name for path in tree.glob("package/6/*/latest.json"))
    assert packages == sorted(f"{name}-{arch}" for arch in ARCHS for name in ("tinyml", "tinyml-core"))
    for package in tree.glob("package/6/*/*.json"):
        arch, core = package.parent.name.rsplit("-")[-1], "core" in package.parent.name
        named = json.loads(package.read_text())["hashes"]
        assert [name for name, _ in named][0] == "_tinyml.mpy"
        for name, digits in named:
            content = (tree / "file" / digits[:2] / digits).read_bytes()
            assert hashlib.sha256(content).hexdigest().startswith(digits)
            by_address = tree / "builds" / release.version() / f"{arch}_6.3" / ("core" if core else "")
            assert (by_address / name).read_bytes() == content


def test_packages_by_address_name_files_beside_them(tree):
    packages = list(tree.glob("builds/**/package.json"))
    assert len(packages) == 2 * len(ARCHS)
    for package in packages:
        for name, address in json.loads(package.read_text())["urls"]:
            assert (package.parent / address).read_bytes()[:1] == b"M", name


# Packages, on boards


@pytest.fixture(scope="module")
def site(tree):
    """The tree, as a web server gives it."""
    handler = partial(SimpleHTTPRequestHandler, directory=tree)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def empty(board):
    """It has nothing but the library folder in its path, as boards with flash have it."""
    with plugged(board) as emulated:
        emulated.put("boot.py", b"import sys\nsys.path.append('/lib')\n")
        yield emulated


def mpremote(emulated, *words):
    return subprocess.run([sys.executable, "-m", "mpremote", "connect", emulated.port, *words],
                          stdout=subprocess.PIPE, text=True, check=True, timeout=300).stdout


def package(board, build=""):
    """What a file or a server has for a board by address."""
    arch = f"{load_board(board).arch}_{release.ABI}.{release.SUB}"
    return "/".join(filter(None, ["builds", release.version(), arch, build, "package.json"]))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "fashion.tml"
    path.write_bytes(pack(FASHION / "fashion.tflite").file)
    return path


def assert_exact(emulated, model):
    """Copied, loaded from the board's file system, and run there."""
    program = "import tinyml; m = tinyml.load('fashion.tml'); print(tinyml.__file__, m.selftest())"
    said = mpremote(emulated, "cp", model, ":fashion.tml", "+", "exec", program)
    assert said.splitlines()[-1] == "/lib/tinyml.mpy (2, 2)"


def test_a_board_takes_a_package_from_an_index(board, site, model):
    install = ["mip", "install", "--index", site, f"tinyml-{load_board(board).arch}"]
    with empty(board) as emulated:
        first = mpremote(emulated, *install)
        files = emulated.run("import os\nprint(*os.listdir('/lib'))").split()
        assert [f"Installing: /lib/{name}" in first for name in files] == [True] * 4
        assert_exact(emulated, model)
        assert mpremote(emulated, *install).count("Exists: ") == 4


def test_a_board_takes_a_package_from_an_address(site, model):
    with empty("m0") as emulated:
        mpremote(emulated, "mip", "install", f"{site}/{package('m0', 'core')}")
        assert_exact(emulated, model)


def test_a_board_takes_a_package_from_a_folder(tree, model):
    with empty("m4f") as emulated:
        mpremote(emulated, "mip", "install", tree / package("m4f"))
        assert_exact(emulated, model)


# Names


def signatures(path):
    """{class: {function: its parameters}}, without what begins with one underscore."""
    found = {}
    for node in ast.parse(path.read_text()).body:
        for function in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(function, ast.FunctionDef) and (
                    not function.name.startswith("_") or function.name.endswith("__")):
                names = [argument.arg for argument in (*function.args.args, *(
                    [function.args.vararg] if function.args.vararg else []))]
                found.setdefault(getattr(node, "name", None) if function is not node else None,
                                 {})[function.name] = names
    return found


def test_types_are_those_of_the_module():
    real, typed = (signatures(ROOT / "host/tinyml" / name) for name in ("model.py", "model.pyi"))
    real["Port"].pop("__init__")        # made by a Model alone
    assert typed == {name: functions for name, functions in real.items() if name} | {
        None: {"load": real[None]["load"]}}


# The wheel


def test_the_wheel_works_in_an_empty_environment(built, tmp_path):
    """No checkout, no compiler: pack, run, and the modules of every architecture."""
    wheel = release.write_wheel(tmp_path / "dist")
    assert "cp311-abi3" in wheel.name
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def call(*command):
        return subprocess.run(command, cwd=tmp_path, env=environment, check=True,
                              stdout=subprocess.PIPE, text=True).stdout

    call(sys.executable, "-m", "venv", "venv")
    call("venv/bin/python", "-m", "pip", "-q", "install", wheel)
    call("venv/bin/tinyml", "pack", FASHION / "fashion.tflite", "-o", "fashion.tml")
    said = call("venv/bin/tinyml", "run", "fashion.tml", "--input", FASHION / "images/7-sneaker.png")
    assert "Sneaker" in said
    assert "page.html" in call("venv/bin/tinyml", "report", FASHION / "fashion.tflite", "-o", "page.html")
    assert_clones_are_named(environment, tmp_path)
    carried = "import tinyml.remote as r; print(len(r.built(r.module_path({!r}, {!r}))))"
    for arch in ARCHS:
        for build in release.BUILDS:
            size = int(call("venv/bin/python", "-c", carried.format(arch, build)))
            assert size == (BUILD / "mpy" / module_path(arch, build)).stat().st_size


def assert_clones_are_named(environment, folder):
    """For what no wheel has: one line with the way out."""
    for place in ("m4f", "unix"):
        command = ["venv/bin/tinyml", "selftest", "fashion.tml", "--on", place]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        (line,) = done.stderr.splitlines()
        assert done.returncode == 1 and not done.stdout
        assert f"type `python3 tasks.py build {place}` in a clone" in line and "on `host`" in line
