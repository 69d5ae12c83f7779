# SPDX-License-Identifier: MIT
"""Deployments that are cut off at random moments: by a killed host, by a board without power. After
that the board has the old file, or none, or the new one, and it works. `--all`: 20 moments each."""
import random
import subprocess
import time

import pytest

from tests.plugged import plugged, write_model
from tests.test_cli import TINYML
from tinyml.deploy import deploy, install
from tinyml.remote import built, module_path
from tinyml.transfer import digests

SELFTEST = "import tinyml\nprint(tinyml.load('m.tml').selftest())"


@pytest.fixture
def moments(request):
    """Shares of the time that a whole deployment takes."""
    return [random.uniform(0.1, 1.1) for _ in range(20 if request.config.getoption("--all") else 2)]


@pytest.fixture(scope="module")
def m4f():
    with plugged("m4f") as emulated:
        install(emulated.port)
        yield emulated


def timed(command, *arguments):
    """The seconds of a command that is not cut off."""
    begun = time.monotonic()
    subprocess.run([TINYML, command, *map(str, arguments)], check=True, capture_output=True)
    return time.monotonic() - begun


def cut_off(seconds, cut, *arguments):
    """The exit status and errors of a command, cut off after some time."""
    with subprocess.Popen([TINYML, *map(str, arguments)], stderr=subprocess.PIPE, text=True,
                          stdout=subprocess.DEVNULL) as process:
        time.sleep(seconds)
        cut(process)
        errors = process.stderr.read()
    return process.returncode, errors


def works(board, allowed):
    """The model on the board is one of these, and exact; or there is none."""
    found = board.digest("m.tml")
    assert found in ("", *(digests(data)[0] for data in allowed))
    return not found or board.run(SELFTEST) == "(2, 2)\n"


def models(tmp_path):
    paths = [write_model(tmp_path / f"{seed}.tml", weights=128, seed=seed) for seed in (1, 2)]
    return paths, [path.read_bytes() for path in paths]


def test_a_killed_deployment_leaves_a_model_that_works_or_none(m4f, moments, tmp_path):
    (first, second), allowed = models(tmp_path)
    rest = ["--on", m4f.port, "--name", "m.tml"]
    whole = timed("deploy", first, *rest)
    for number, moment in enumerate(moments):
        cut_off(moment * whole, subprocess.Popen.kill, "deploy", (second, first)[number % 2], *rest)
        assert works(m4f, allowed), moment
    assert deploy(first, m4f.port, name="m.tml").tried.exact == 2
    assert not [name for name in m4f.files() if name.endswith(".part")]


def test_a_killed_installation_leaves_modules_that_work(m4f, moments, tmp_path):
    deploy(write_model(tmp_path / "m.tml"), m4f.port)
    builds = [digests(built(module_path("armv7emsp", build)))[0] for build in ("full", "core")]
    whole = timed("install", "--on", m4f.port, "--core")
    for number, moment in enumerate(moments):
        cut_off(moment * whole, subprocess.Popen.kill, "install", "--on", m4f.port,
                *([] if number % 2 else ["--core"]))
        assert m4f.digest("_tinyml.mpy") in builds
        assert m4f.run(SELFTEST) == "(2, 2)\n", moment
    install(m4f.port)


def test_a_board_without_power_keeps_a_model_that_works_or_none(moments, tmp_path):
    (first, second), allowed = models(tmp_path)
    with plugged("m4f") as board:
        whole = timed("deploy", first, "--on", board.port, "--name", "m.tml")
        for number, moment in enumerate(moments):
            model = (second, first)[number % 2]
            status, errors = cut_off(moment * whole / 2, lambda _: board.cut_power(), "deploy",
                                     model, "--on", board.port, "--name", "m.tml")
            assert status in (0, 1) and len(errors.splitlines()) == status, errors
            board.power_on()
            assert works(board, allowed), moment
        assert deploy(first, board.port, name="m.tml").tried.exact == 2
