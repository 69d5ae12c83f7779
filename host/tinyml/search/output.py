# SPDX-License-Identifier: MIT
"""What is left in a folder for the user: the packed model, its labels, how its input is made, and the net
to be trained on."""
import json
import os
from dataclasses import asdict
from pathlib import Path

from tinyml.errors import TinymlError
from tinyml.search.data.items import Dataset
from tinyml.search.net import Net


def write_file(path: Path, content: bytes) -> None:
    """Under a temporary name first, so that it is whole or not there."""
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        os.replace(part, path)
    except OSError as error:
        raise TinymlError(f"`{path}` cannot be written: {error.strerror}") from None


def write_model(folder: Path, name: str, files: dict[str, bytes], data: Dataset, net: Net) -> None:
    """NAME.tml and what else a worker gave, labels.txt, input.json."""
    for ending, content in files.items():
        write_file(folder / (name + ending), content)
    write_file(folder / "labels.txt", "".join(f"{label}\n" for label in data.classes).encode())
    write_file(folder / "input.json", (json.dumps(input_of(data, net), indent=1) + "\n").encode())


def input_of(data: Dataset, net: Net) -> dict:
    """How numbers become the model's input: (number * scale - mean) / std."""
    return {"kind": data.kind, "shape": list(net.input), **asdict(data.prepare),
            "frontend": data.frontend and asdict(data.frontend)}
