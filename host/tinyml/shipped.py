# SPDX-License-Identifier: MIT
"""Where the files are that come with the package: facts of boards, modules for them.

The wheel carries them in `tinyml/files`; in a checkout they are where they are written and built.
"""
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CARRIED = _PACKAGE / "files"


def shipped(name: str) -> Path:
    """The folder `boards` or `build/mpy`."""
    carried = _CARRIED / name
    return carried if carried.is_dir() else _PACKAGE.parents[1] / name


def way_to_build(name: str) -> str:
    """What to do about something that is built in a checkout and that no wheel carries."""
    task = f"type `python3 tasks.py build {name}`"
    if not _CARRIED.is_dir():
        return task
    return (f"{task} in a clone of the repository; this installed package runs models on `host` and"
            " on boards at serial ports")
