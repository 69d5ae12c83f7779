# SPDX-License-Identifier: MIT
"""Grey pictures of 96 x 96 from files, row by row, as a camera gives them."""
import os


def frames(width, height):
    """The pictures of this folder, each of them `height` rows of `width` pixels as int8."""
    row = bytearray(width)
    for name in sorted(name for name in os.listdir() if name.endswith(".pgm")):
        with open(name, "rb") as file:
            assert file.readline() == b"P5\n"
            assert file.readline() == b"%d %d\n" % (width, height)
            assert file.readline() == b"255\n"
            yield rows_of(file, row, height)


def rows_of(file, row, height):
    """The rows of a picture, one after the other in the same bytes."""
    for _ in range(height):
        file.readinto(row)
        for x in range(len(row)):
            row[x] ^= 128                           # 0..255 becomes -128..127
        yield row
