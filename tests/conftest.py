# SPDX-License-Identifier: MIT
"""`--all`: test on every emulated board; without it m0, m4f and rv32 stand for all."""
import pytest

from tests.small_schedules import fashion
from tinyml import Model


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="every emulated board, not three of them")


def pytest_generate_tests(metafunc):
    """`board`: each emulated board; `place_name`: the unix ports as well."""
    boards = ["m0", "m4f", "rv32"]
    if metafunc.config.getoption("--all"):
        boards += ["m3", "m7", "m33"]
    if "board" in metafunc.fixturenames:
        metafunc.parametrize("board", boards, scope="module")
    if "place_name" in metafunc.fixturenames:
        metafunc.parametrize("place_name", ["unix", "unix-new", *boards], scope="module")


@pytest.fixture
def model():
    with Model(fashion()) as opened:
        yield opened
