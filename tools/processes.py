# SPDX-License-Identifier: MIT
"""Processes that were begun somewhere below, found by a variable of their environment. Linux alone."""
import os
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL


def living(name: str, value: str, word: bytes = b"") -> list[int]:
    """Those with such a variable, and the word in their command line."""
    found, wanted = [], f"{name}={value}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):             # it has ended meanwhile
            line = (folder / "cmdline").read_bytes()
            if line and word in line and wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def kill(processes: list[int]) -> None:
    """As a power cut would."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, SIGKILL)
