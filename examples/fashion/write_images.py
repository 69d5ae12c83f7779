# SPDX-License-Identifier: MIT
"""Writes `images/`: the first test photo of each class, as a greyscale PNG."""

import struct
import zlib

import data
import numpy as np


def write_images(folder):
    photos, labels = data.load("t10k")
    for number, name in enumerate((data.HERE / "labels.txt").read_text().splitlines()):
        first = np.flatnonzero(labels == number)[0]
        file_name = f"{number}-{name.split('/')[0].lower().replace(' ', '-')}.png"
        (folder / file_name).write_bytes(png(photos[first]))


def png(photo):
    """An 8-bit greyscale PNG of a uint8 array (h, w); each row has filter 0."""
    height, width = photo.shape
    rows = b"".join(b"\0" + row.tobytes() for row in photo)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*c) for c in chunks)


def chunk(kind, content):
    crc = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


if __name__ == "__main__":
    (data.HERE / "images").mkdir(exist_ok=True)
    write_images(data.HERE / "images")
