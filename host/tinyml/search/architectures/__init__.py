# SPDX-License-Identifier: MIT
"""Published networks, by name: facts about their shapes, no weights."""
import re
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

from tinyml.errors import SearchError
from tinyml.search.architectures.mobilenet import mobilenet_v2, redistributed
from tinyml.search.net import Block, Conv, Net, Shape

TABLE = Path(__file__).with_name("published.toml")
BLOCK = re.compile(r"(\d+)/(\d+):(\d+)>(\d+)(\+?)")
COLOURS, CLASSES = 3, 1000
MADE = {"mobilenet-v2": lambda: mobilenet_v2(1.0, 224),
        "mobilenet-v2-rd": lambda: redistributed(1.0, 224),
        "mbv2-w0.35-r144": lambda: mobilenet_v2(0.35, 144),
        "mbv2-w0.3-r80": lambda: mobilenet_v2(0.3, 80)}


def names() -> tuple[str, ...]:
    """All that are known."""
    return (*MADE, *_tables())


def named(name: str) -> Net:
    """A published network. Raises SearchError."""
    if name in MADE:
        return MADE[name]()
    if name not in _tables():
        raise SearchError(f"`{name}` is no published network that is known here: choose of "
                          f"{', '.join(names())}")
    return _read(**_tables()[name])


def suited(net: Net, shape: Shape, classes: int) -> Net:
    """The network for items of another shape. Where they have one column, so have all windows."""
    parts = net.parts
    if shape[1] == 1:
        parts = tuple(replace(part, kernel=(part.kernel[0], 1), stride=(part.stride[0], 1))
                      for part in parts)
    return Net(shape, parts, classes)


@cache
def _tables() -> dict:
    return tomllib.loads(TABLE.read_text())


def _read(side: int, stem: int, blocks: str, head: int = 0) -> Net:
    """A network from its row."""
    return Net((side, side, COLOURS), read_blocks(stem, blocks, head), CLASSES)


def read_blocks(stem: int, blocks: str, head: int = 0) -> tuple[Conv | Block, ...]:
    """A stem of stride 2, inverted residuals as published.toml has them, and maybe a last 1x1."""
    parts: list[Conv | Block] = [Conv("stem", (3, 3), (2, 2), stem)]
    for number, text in enumerate(blocks.split()):
        *numbers, skip = BLOCK.fullmatch(text).groups()
        kernel, stride, middle, channels = map(int, numbers)
        parts.append(Block(f"block{number}", (kernel, kernel), (stride, stride), middle, channels,
                           bool(skip)))
    if head:
        parts.append(Conv("head", (1, 1), (1, 1), head))
    return tuple(parts)
