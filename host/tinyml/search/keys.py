# SPDX-License-Identifier: MIT
"""Names of tasks, and seeds from them: what a task does never depends on who does it, or when."""
from hashlib import blake2b

from tinyml.search.net import Net

BYTES = 8


def net_key(net: Net) -> str:
    """A short name that equal nets alone share."""
    return _digest(repr(net)).hex()


def seed_of(*words) -> int:
    """The same number for the same words, on every machine."""
    return int.from_bytes(_digest(repr(words)), "little")


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=BYTES).digest()
