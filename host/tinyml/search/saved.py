# SPDX-License-Identifier: MIT
"""A net with what it learned, in one file, so that it can be trained on: an .npz that holds the net as
JSON and the arrays of its weights."""
import json
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from tinyml.errors import ModelError
from tinyml.search.net import Block, Conv, Net

NET = "net.json"
State = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Saved:
    """`state`: arrays by the names that train.module gives them; `classes`: names."""

    net: Net
    state: State
    classes: tuple[str, ...]

    def to_bytes(self) -> bytes:
        """The content of the file."""
        about = {"net": net_to_json(self.net), "classes": self.classes}
        content = BytesIO()
        np.savez(content, **{NET: np.frombuffer(json.dumps(about).encode(), np.uint8)}, **self.state)
        return content.getvalue()


def read_saved(path: Path | BytesIO) -> Saved:
    """From a file. Raises ModelError for a file that is none."""
    try:
        with np.load(path, allow_pickle=False) as file:
            state = {name: file[name] for name in file.files}
        about = json.loads(state.pop(NET).tobytes())
        return Saved(net_from_json(about["net"]), state, tuple(about["classes"]))
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        raise ModelError(f"`{path}` is no net of `tinyml search` or `tinyml train`: {error}") from None


def net_to_json(net: Net) -> dict:
    """As JSON holds it."""
    return {"input": list(net.input), "parts": [asdict(part) for part in net.parts],
            "classes": net.classes}


def net_from_json(held: dict) -> Net:
    """Of what net_to_json made."""
    parts = (Block if "middle" in part else Conv for part in held["parts"])
    made = tuple(_paired(kind(**part)) for kind, part in zip(parts, held["parts"]))
    return Net(tuple(held["input"]), made, held["classes"])


def _paired(part: Conv | Block) -> Conv | Block:
    return replace(part, kernel=tuple(part.kernel), stride=tuple(part.stride))
