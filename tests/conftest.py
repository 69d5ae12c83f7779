# SPDX-License-Identifier: MIT
"""`--all`: test on every emulated board; without it m0, m4f and rv32 stand for all."""


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="every emulated board, not three of them")


def pytest_generate_tests(metafunc):
    """Give tests that ask for a `board` each emulated board, and for a `place_name` the ports too."""
    boards = ["m0", "m4f", "rv32"]
    if metafunc.config.getoption("--all"):
        boards += ["m3", "m7", "m33"]
    if "board" in metafunc.fixturenames:
        metafunc.parametrize("board", boards, scope="module")
    if "place_name" in metafunc.fixturenames:
        metafunc.parametrize("place_name", ["unix", "unix-new", *boards], scope="module")
