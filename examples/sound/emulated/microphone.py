# SPDX-License-Identifier: MIT
"""The sound of a file, as a microphone gives it: 16000 samples a second."""


def sounds():
    """Pieces of 10 ms: 160 int16 as bytes, in the same place each time."""
    held, sound = bytearray(160), bytearray(320)
    with open("sound.wav", "rb") as file:
        file.seek(44)                           # what comes before samples of 8 bits
        while file.readinto(held) == len(held):
            for i in range(len(held)):
                sound[2 * i + 1] = held[i] ^ 128
            yield sound
