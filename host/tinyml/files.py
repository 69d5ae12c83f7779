# SPDX-License-Identifier: MIT
"""Files that are whole or not there."""
import os
from contextlib import suppress
from pathlib import Path

from tinyml.errors import TinymlError


def write_file(path: Path, content: bytes) -> None:
    """Under a temporary name first, so that a full disk leaves no half file. What is no file, such
    as /dev/null, is written as it is."""
    part = Path(f"{path}.part")
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
            return
        with open(part, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())     # or a power cut may leave the name and no content
        os.replace(part, path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise TinymlError(f"`{path}` cannot be written: {error.strerror}") from None
