# SPDX-License-Identifier: MIT
"""Vibrations of a file, as an accelerometer gives them."""


def windows():
    """Windows of 64 readings in steps of 1/8 m/s2, as int8."""
    with open("vibration.csv") as file:
        for line in file:
            yield bytes(int(number) & 255 for number in line.split(","))
