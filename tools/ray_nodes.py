# SPDX-License-Identifier: MIT
"""A cluster of two machines that are none: Ray nodes of one core each, with an address of their own on the
loopback device, begun by the commands of docs/SEARCH.md."""
import os
import sys
from pathlib import Path
from subprocess import STDOUT, Popen, run
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from .processes import kill, living

MARK = "TINYML_NODE"            # the environment of all processes of a node says which
PORT = 6391
HEAD, OTHER = "127.0.0.2", "127.0.0.3"      # Ray takes 127.0.0.1 for the address of the network card
MEMORY = 200_000_000            # bytes of what tasks are given and give back
PATIENCE = 60.0                 # seconds


def alone(module: str) -> None:
    """Begins this command again in a network that is nothing but a loopback device: Ray listens on all
    addresses that there are. Returns there."""
    if os.environ.get("TINYML_ALONE") != "1":
        again = "ip link set lo up && exec \"$@\""
        os.environ["TINYML_ALONE"] = "1"
        os.execvp("unshare", ["unshare", "--net", "--map-root-user", "sh", "-c", again, "sh", sys.executable,
                              "-m", module, *sys.argv[1:]])


class Nodes:
    """Two nodes; whoever asks for engine `ray` meanwhile finds the first."""

    def __enter__(self):
        self._before = dict(os.environ)
        self._held = TemporaryDirectory()       # its name is short, as that of a socket has to be
        self._folder = Path(self._held.name)
        # The token is in the user's home, so this is another one.
        os.environ.update(HOME=str(self._folder), RAY_USAGE_STATS_ENABLED="0", RAY_AUTH_MODE="token",
                          RAY_ADDRESS=f"{HEAD}:{PORT}")
        run([_ray(), "get-auth-token", "--generate"], check=True, capture_output=True)
        self._start(HEAD, "--head", "--port", str(PORT), "--include-dashboard", "false", "--temp-dir",
                    str(self._folder / "ray"))
        self.join()
        return self

    def __exit__(self, *_):
        for address in (OTHER, HEAD):
            self.leave(address)
        self._held.cleanup()
        os.environ.clear()
        os.environ.update(self._before)

    def join(self) -> None:
        """The second one does."""
        self._start(OTHER, "--address", f"{HEAD}:{PORT}")

    def leave(self, address: str = OTHER) -> None:
        """A node is gone, as if its plug was pulled."""
        while processes := living(MARK, _mark(address)):
            kill(processes)

    def workers(self) -> list[int]:
        """Of both, those that work."""
        return [process for address in (HEAD, OTHER) for process in living(MARK, _mark(address), b"ray::_")]

    def _start(self, address: str, *more: str) -> None:
        path = self._folder / f"{address}.log"
        with open(path, "wb") as log:
            Popen([_ray(), "start", "--block", "--node-ip-address", address, "--num-cpus", "1",
                   "--object-store-memory", str(MEMORY), "--disable-usage-stats", *more],
                  env=os.environ | {MARK: _mark(address)}, stdout=log, stderr=STDOUT, start_new_session=True)
        deadline = monotonic() + PATIENCE
        while b"Ray runtime started" not in path.read_bytes():
            assert monotonic() < deadline, path.read_text()
            sleep(0.2)


def _mark(address: str) -> str:
    """Of a node of this process; others may have some in networks of their own."""
    return f"{address} of {os.getpid()}"


def _ray() -> str:
    """The command, of this Python."""
    return str(Path(sys.executable).with_name("ray"))
