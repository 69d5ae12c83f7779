# SPDX-License-Identifier: MIT
"""`--all`: test on every emulated board; without it m0, m4f and rv32 stand for all."""
import os

import pytest
from hypothesis import settings

from tests.small_schedules import larger
from tinyml import Model

# In CI the same cases every time; at a desk new ones, and what they find becomes a test.
settings.register_profile("ci", derandomize=True)
if "CI" in os.environ:
    settings.load_profile("ci")


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
    with Model(larger()) as opened:
        yield opened
