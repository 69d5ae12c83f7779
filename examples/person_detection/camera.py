# SPDX-License-Identifier: MIT
"""Grey pictures of an OpenMV camera, row by row."""
import micropython
import sensor


def frames(width, height):
    """Pictures without end, each of them `height` rows of `width` pixels as int8."""
    sensor.reset()
    sensor.set_pixformat(sensor.GRAYSCALE)
    sensor.set_framesize(sensor.QQVGA)              # 160 x 120
    sensor.set_windowing((width, height))           # its middle
    sensor.skip_frames(time=2000)                   # until exposure has settled
    row = bytearray(width)
    while True:
        yield rows_of(sensor.snapshot().bytearray(), row, height)


def rows_of(pixels, row, height):
    """The rows of a picture, one after the other in the same bytes."""
    for y in range(height):
        to_int8(pixels, y * len(row), row, len(row))
        yield row


@micropython.viper
def to_int8(pixels: ptr8, first: int, row: ptr8, count: int):
    """0..255 becomes -128..127."""
    for x in range(count):
        row[x] = pixels[first + x] ^ 128
