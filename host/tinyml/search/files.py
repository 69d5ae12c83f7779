# SPDX-License-Identifier: MIT
"""Files that are whole or not there."""
import os
from pathlib import Path

from tinyml.errors import TinymlError


def write_file(path: Path, content: bytes) -> None:
    """Under a temporary name first; makes the folder."""
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        os.replace(part, path)
    except OSError as error:
        raise TinymlError(f"`{path}` cannot be written: {error.strerror}") from None
