# SPDX-License-Identifier: MIT
"""Networks get their weights here, and only here torch is used. Needs the extra `search`."""
from importlib.util import find_spec

from tinyml.errors import TinymlError


def require_torch() -> None:
    """Raises TinymlError unless torch is installed."""
    if find_spec("torch") is None:
        raise TinymlError("training needs `torch`: install with `pip install tinyml-mpy[search]`")


def device() -> str:
    """Where a worker computes."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
