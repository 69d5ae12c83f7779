# SPDX-License-Identifier: MIT
"""Says whether a person is in front of the camera. The model takes rows as they come, and never
holds the picture."""
import tinyml
from camera import frames

model = tinyml.load("person_detect.tml")

for rows in frames(96, 96):
    for row in rows:
        model.feed(row)
    label, share = model.top(1)[0]
    print("%s %.0f%%" % (label, 100 * share))
