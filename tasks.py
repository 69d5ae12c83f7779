#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every developer task, one word each: `python3 tasks.py TASK`. Standard library only."""

import sys

if sys.version_info < (3, 11):
    sys.exit("tasks.py needs Python 3.11 or newer")

from tools import debian, environment, fuzzer, micropython, sizes, tables
from tools import release as releases  # noqa: E402
from tools.environment import PYTHON  # noqa: E402
from tools.steps import StepFailed, show  # noqa: E402

STUDIES = {"motion": "search_folders", "words": "search_folders", "redistribution": "redistribution"}
DATA = {"fashion": "dataset-fashion-mnist", "words": "espeak-ng"}     # Debian's packages
SHAPE_TESTS = ["tests/test_layers.py", "tests/test_slices.py"]


def setup():
    """Install all that the other tasks need: compilers, QEMU, .venv, MicroPython's source."""
    debian.install_packages()
    environment.create_environment()
    micropython.fetch_source()


def build(*names: str):
    """Compile firmware, unix port and modules: `build [--all] [m4f ... unix mpy]`."""
    setup()
    if not micropython.SOURCE.exists():
        return
    boards = micropython.all_boards() if "--all" in names else micropython.DEFAULT_BOARDS
    names = [name for name in names if name != "--all"] or [*boards, "unix", "mpy"]
    for name in names:
        if name == "unix":
            micropython.build_unix()
        elif name == "mpy":
            for arch in micropython.ARCHS:
                micropython.build_module(arch)
                micropython.build_module(arch, "core")
            micropython.build_python_parts()
        elif name in micropython.all_boards():
            micropython.build_firmware(name)
        else:
            known = " ".join([*micropython.all_boards(), "unix", "mpy"])
            raise StepFailed(f"build `{name}` is unknown; known: {known}")


def test(*arguments: str):
    """Run the tests on all cores: `test [--all] [pytest arguments]`; --all: on every emulated
    board, with all vectors, plans and networks; -n0: in one process.
    """
    build(*(word for word in arguments if word == "--all"))
    gen("check")
    # Neighbours share fixtures and caches: each core begins with a half, and helps when it is done.
    show([PYTHON, "-m", "pytest", "tests", "-n", "auto", "--dist", "worksteal", *arguments])


def demo(*arguments: str):
    """From a model file to a prediction on an emulated board."""
    build("m4f", "mpy")
    show([PYTHON, "examples/demo.py", *arguments])


def example(*arguments: str):
    """One of examples/ on an emulated board: `example gesture [--on m0] [--model FILE]`."""
    build("mpy", *(set(arguments) & set(micropython.all_boards()) or ("m4f",)))
    show([PYTHON, "-m", "examples.run", *arguments])


def gen(*arguments: str):
    """Write the generated files; `gen check`: fail if one of them is stale."""
    environment.create_environment()
    show([PYTHON, "native/gen.py", *(["--check"] if "check" in arguments else [])])


def check():
    """The shape of the code: who may import whom, which files belong together."""
    environment.create_environment()
    show([PYTHON, "-m", "pytest", "-q", *SHAPE_TESTS])


def size(*arguments: str):
    """RAM of the native modules, file by file, against its limits; stack per call: `[--json]`."""
    build("mpy")
    sizes.print_sizes("--json" in arguments)


def bench(*arguments: str):
    """Instructions of one inference on emulated boards: `bench [--json] [m4f ...]`.

    `bench --plans [--json] [m4f ...]`: fused plans against op by op.
    `bench --record`: these are the figures of a release, which later ones are compared with.
    `bench --memory [--json] [MODEL ...]`: peak RAM of whole models, beside other engines.
    `bench --published [--json]`: MCUNetV2's figures, computed from our planner's view.
    `bench --host [--json]`: time on this machine, beside LiteRT's reference kernels.
    """
    for word in ("memory", "published", "host"):
        if f"--{word}" in arguments:
            environment.create_environment()
            rest = [other for other in arguments if other != f"--{word}"]
            show([PYTHON, "-m", f"tools.{word}", *rest])
            return
    boards = [word for word in arguments if not word.startswith("--")]
    build(*(boards or micropython.all_boards()), "mpy")
    for arch in micropython.ARCHS if micropython.SOURCE.exists() else ():
        micropython.build_module(arch, "none")
    show([PYTHON, "-m", "tools.bench", *arguments])


def agree(*arguments: str):
    """Whether `tinyml fit` is right, on emulated boards: `agree [--files] [--json] [m0 ...]`."""
    build(*([word for word in arguments if not word.startswith("--")] or ["m0", "m4f", "m33", "rv32"]),
          "mpy")
    show([PYTHON, "-m", "tools.agree", *arguments])


def costs(*arguments: str):
    """The table of cycles that `tinyml fit` predicts times with, made anew: `costs [--check]`."""
    build("mpy")
    show([PYTHON, "-m", "tools.costs", *arguments])


def search(*arguments: str):
    """Searched nets beside hand-scaled ones: `search [--hours H] [--seeds N] [--json] [small large]`.

    `search [--own FOLDER] [--json] motion words`: from a folder of recordings to an emulated board.
    `search redistribution [--seeds N] [--json]`: what moving the receptive field gains and costs.
    """
    folders = {"motion", "words"} & set(arguments)
    if folders:
        build("m0", "m4f", "mpy")
    debian.install_packages(*(DATA[name] for name in folders or ["fashion"] if name in DATA))
    environment.create_environment()
    environment.add_torch()
    tool = next((STUDIES[word] for word in arguments if word in STUDIES), "search_study")
    show([PYTHON, "-m", f"tools.{tool}", *(word for word in arguments if word != tool)])


def fuzz(seconds: str = "1800"):
    """Any bytes into tml_open, under libFuzzer, ASan and UBSan: `fuzz [SECONDS]`."""
    setup()
    fuzzer.fuzz(int(seconds))


def release():
    """What users install, in dist/: the wheel with all modules, and packages for `mip`."""
    build("mpy")
    releases.release()


def docs():
    """The manual as pages, in build/site/index.html; a dead link is an error."""
    environment.create_environment()
    environment.add_mkdocs()
    show([PYTHON, "-m", "mkdocs", "build", "--strict", "--quiet"])


def lines():
    """Lines of code per folder."""
    tables.print_lines()


TASKS = {task.__name__: task for task in (setup, demo, example, gen, check, build, test, fuzz, size, bench,
                                         agree, costs, search, release, docs, lines)}


def main(arguments: list[str]):
    if not arguments or arguments[0] not in TASKS:
        print(__doc__, "\n")
        for name, task in TASKS.items():
            print(f"  {name:7} {task.__doc__}")
        sys.exit(bool(arguments) and 2)
    try:
        TASKS[arguments[0]](*arguments[1:])
    except StepFailed as error:
        sys.exit(str(error))
    except TypeError as error:
        if "positional argument" not in str(error):
            raise
        sys.exit(f"task `{arguments[0]}` takes no arguments")


if __name__ == "__main__":
    main(sys.argv[1:])
