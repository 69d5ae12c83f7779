# SPDX-License-Identifier: MIT
"""Readings of a file, as an inertial sensor gives them."""


def readings():
    """x, y, z in steps of 1/4 m/s2, then of 1/4 rad/s, as int8."""
    with open("readings.csv") as file:
        for line in file:
            yield bytes(int(number) & 255 for number in line.split(","))
