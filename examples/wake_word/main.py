# SPDX-License-Identifier: MIT
"""Listens until somebody says "Okay Nabu"."""
import tinyml
from hearing import rows
from microphone import sounds

SURE, RUNS = 217, 5         # the mean of 5 runs is 85 % or more, as the model's publisher has it

model = tinyml.load("okay_nabu.tml")
recent, heard = [0] * RUNS, 0

for features in rows(sounds(), 3):              # three of them are 30 ms
    heard += 1
    recent = recent[1:] + [model.run(features)[0]]
    if sum(recent) >= SURE * RUNS:
        print("%.2f s: Okay Nabu" % (heard * 0.03))
        recent = [0] * RUNS
        model.reset()                           # what was said is over
