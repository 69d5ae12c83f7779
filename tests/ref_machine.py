# SPDX-License-Identifier: MIT
"""The C of the runtime with the plain kernels, `ref`, whatever the host's own are."""
import ctypes
import subprocess
from functools import cache
from pathlib import Path

from tools.simulator.run import infer
from tools.steps import BUILD, digest
from tinyml.model import Model

ROOT = Path(__file__).resolve().parent.parent
MODEL_BYTES = 4096              # more than any tml_model_t


@cache
def library(*more: Path) -> ctypes.CDLL:
    """Core, `ref`, and C files of the tests; compiled if something changed."""
    native = ROOT / "native"
    sources = [*sorted((native / "core").glob("*.c")), *sorted((native / "kernels/ref").glob("*.c")),
               *more]
    built = BUILD / "tests" / f"{digest([native, *more])[:16]}.so"
    if not built.exists():
        built.parent.mkdir(parents=True, exist_ok=True)
        folders = [f"-I{native / name}" for name in ("include", "core", "kernels")]
        subprocess.run(["cc", "-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC",
                        *folders, *sources, "-o", built.with_suffix(".part")], check=True)
        built.with_suffix(".part").rename(built)
    return ctypes.CDLL(str(built))


class Machine:
    """tinyml.native.Machine with the plain kernels."""

    def __init__(self, file: bytes, arena: bytearray):
        self._c, self._model = library(), ctypes.create_string_buffer(MODEL_BYTES)
        self._file = ctypes.create_string_buffer(bytes(file), len(file))
        self._arena = (ctypes.c_char * len(arena)).from_buffer(arena)
        size = ctypes.c_size_t
        status = self._c.tml_open(self._model, self._file, size(len(file)), self._arena,
                                  size(len(arena)))
        assert status == 0, status

    def start(self):
        self._c.tml_start(self._model)

    def offer(self, pixels):
        self._fed = ctypes.create_string_buffer(bytes(pixels), len(pixels))
        self._c.tml_offer(self._model, self._fed, ctypes.c_size_t(len(pixels)))

    def step(self) -> int:
        return self._c.tml_step(self._model)

    def run(self) -> int:
        return self._c.tml_run(self._model)


def run(file: bytes, inputs: list[bytes]) -> tuple[bytes, ...]:
    """All outputs of one inference."""
    with Model(file) as model:
        model._machine = Machine(file, model._arena)
        return infer(model, inputs)
