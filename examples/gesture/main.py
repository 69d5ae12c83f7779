# SPDX-License-Identifier: MIT
"""Tells every five seconds how you move. Readings go to the model one by one, as they are taken."""
import tinyml
from imu import readings

model = tinyml.load("gesture.tml")

for reading in readings():                      # ten a second
    if model.feed(reading):                     # True after 50 of them
        label, share = model.top(1)[0]
        print("%s %.0f%%" % (label, 100 * share))
