# SPDX-License-Identifier: MIT
"""Where the files are that come with the package: facts of boards, modules for them.

The wheel carries them in `tinyml/files`; in a checkout they are where they are written and built.
"""
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """The folder `boards` or `build/mpy`."""
    carried = _PACKAGE / "files" / name
    return carried if carried.is_dir() else _PACKAGE.parents[1] / name
