# SPDX-License-Identifier: MIT
"""An I2S microphone, such as the INMP441: 16000 samples a second."""
from machine import I2S, Pin

PINS = {"sck": Pin(16), "ws": Pin(17), "sd": Pin(18)}       # ws is the pin after sck on a Pico


def sounds():
    """Pieces of 10 ms without end: 160 int16 as bytes, in the same place each time."""
    line = I2S(0, mode=I2S.RX, bits=16, format=I2S.MONO, rate=16000, ibuf=16000, **PINS)
    sound = bytearray(320)
    while True:
        line.readinto(sound)
        yield sound
