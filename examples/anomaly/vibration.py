# SPDX-License-Identifier: MIT
"""An MPU-6050 that is screwed to a machine: acceleration along its z axis, 400 times a second."""
import struct
import time

from machine import I2C, Pin

PLACE, POWER, RANGE, Z = 0x68, 0x6B, 0x1C, 0x3F
COUNT, PERIOD = 64, 2500                        # readings of a window; us


def windows():
    """Windows without end: 64 readings in steps of 1/8 m/s2, less their mean, as int8."""
    bus = I2C(0, sda=Pin(4), scl=Pin(5), freq=400000)
    for register, value in ((POWER, 0), (RANGE, 0x18)):         # awake; 16 g
        bus.writeto_mem(PLACE, register, bytes([value]))
    raw, made = bytearray(2 * COUNT), bytearray(COUNT)
    places = [memoryview(raw)[2 * i:2 * i + 2] for i in range(COUNT)]
    while True:
        due = time.ticks_us()
        for place in places:
            while time.ticks_diff(time.ticks_us(), due) < 0:
                pass
            bus.readfrom_mem_into(PLACE, Z, place)
            due = time.ticks_add(due, PERIOD)
        readings = struct.unpack(">64h", raw)
        mean = sum(readings) / COUNT            # gravity is in it
        for i, reading in enumerate(readings):
            made[i] = max(-128, min(round((reading - mean) * 0.03831), 127)) & 255
        yield made
