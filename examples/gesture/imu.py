# SPDX-License-Identifier: MIT
"""An MPU-6050, worn at the wrist: acceleration without gravity, and rotation."""
import struct
import time

from machine import I2C, Pin

PLACE, POWER, GYRO_RANGE, ACCELERATION_RANGE, READINGS = 0x68, 0x6B, 0x1B, 0x1C, 0x3B
PERIOD = 100                                    # ms


def readings():
    """Ten a second without end: x, y, z in steps of 1/4 m/s2, then of 1/4 rad/s, as int8."""
    bus = I2C(0, sda=Pin(4), scl=Pin(5), freq=400000)
    for register, value in ((POWER, 0), (GYRO_RANGE, 0x18), (ACCELERATION_RANGE, 0x18)):
        bus.writeto_mem(PLACE, register, bytes([value]))        # awake; 2000 degrees/s; 16 g
    raw, made = bytearray(14), bytearray(6)
    gravity, due = None, time.ticks_ms()
    while True:
        bus.readfrom_mem_into(PLACE, READINGS, raw)
        *acceleration, _, x, y, z = struct.unpack(">7h", raw)   # in between: the temperature
        gravity = gravity or acceleration
        gravity = [g + (a - g) / 32 for a, g in zip(acceleration, gravity)]
        quarters = [(a - g) * 0.01915 for a, g in zip(acceleration, gravity)]
        quarters += [turn * 0.004257 for turn in (x, y, z)]
        for i, value in enumerate(quarters):
            made[i] = max(-128, min(round(value), 127)) & 255
        yield made
        due = time.ticks_add(due, PERIOD)
        time.sleep_ms(max(0, time.ticks_diff(due, time.ticks_ms())))
