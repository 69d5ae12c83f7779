# SPDX-License-Identifier: MIT
"""Notices when a machine shakes as it never did. The model has learned to repeat the vibration of a
healthy one; what it can't repeat is new."""
import tinyml
from vibration import windows

THRESHOLD = 12.2                                # train.py finds it

model = tinyml.load("anomaly.tml")

for window in windows():                        # 64 int8, of 0.16 s
    again = model.run(window)
    error = sum(((a ^ 128) - (b ^ 128)) ** 2 for a, b in zip(window, again)) / len(window)
    print("%5.1f %s" % (error, "anomaly" if error > THRESHOLD else "ok"))
