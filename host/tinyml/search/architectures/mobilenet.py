# SPDX-License-Identifier: MIT
"""MobileNetV2 (Sandler et al., CVPR 2018) of any width, and with its receptive field redistributed
(MCUNetV2, Lin et al., NeurIPS 2021)."""
from dataclasses import replace

from tinyml.search.net import Block, Conv, Net

# (expansion, channels, how often, stride of the first) of each stage
STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
          (6, 320, 1, 1))
STEM, HEAD = 32, 1280
FEWEST = 8                      # channels, of which all are a multiple
MOST_LOST = 0.9                 # of the channels, by rounding


def rounded(channels: float) -> int:
    """The nearest multiple, but no less than nine tenths."""
    near = max(FEWEST, int(channels + FEWEST / 2) // FEWEST * FEWEST)
    return near + FEWEST * (near < MOST_LOST * channels)


def mobilenet_v2(width: float, side: int, colours: int = 3, classes: int = 1000,
                 head: bool = True) -> Net:
    """`width` is a factor of all channels, those of the head included."""
    parts: list[Conv | Block] = [Conv("stem", (3, 3), (2, 2), rounded(STEM * width))]
    for number, (expansion, channels, times, stride) in enumerate(STAGES):
        for place in range(times):
            given, made = parts[-1].channels, rounded(channels * width)
            step = 1 if place else stride
            parts.append(Block(f"stage{number}.block{place}", (3, 3), (step, step),
                               expansion * given, made, bool(place)))
    if head:
        parts.append(Conv("head", (1, 1), (1, 1), rounded(HEAD * width)))
    return Net((side, side, colours), tuple(parts), classes)


def redistributed(width: float, side: int, colours: int = 3, classes: int = 1000) -> Net:
    """MbV2-RD: early windows, whose rows are long, are smaller: the first block looks at one pixel,
    and the second one of stage 1 goes. Stage 5, whose rows are short, has one more in its place."""
    whole = mobilenet_v2(width, side, colours, classes)
    parts = []
    for part in whole.parts:
        if part.name == "stage0.block0":
            part = replace(part, kernel=(1, 1))
        if part.name != "stage1.block1":
            parts.append(part)
        if part.name == "stage5.block2":
            parts.append(replace(part, name="stage5.block3"))
    return replace(whole, parts=tuple(parts))
