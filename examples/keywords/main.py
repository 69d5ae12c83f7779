# SPDX-License-Identifier: MIT
"""Hears yes, no, left, right, stop and go. Four times a second it looks at the last second."""
import tinyml
from hearing import rows
from microphone import sounds

SURE, NEW = 0.8, 1000                           # NEW: bytes of a quarter of a second

model = tinyml.load("keywords.tml")
window = memoryview(bytearray(b"\x80" * 4 * NEW))       # silence
before, seconds = "-", 0

for features in rows(sounds(), 25):
    seconds += 0.25
    window[:-NEW] = window[NEW:]
    window[-NEW:] = features
    model.run(window)
    word, share = model.top(1)[0]
    if share > SURE:
        if word not in ("-", before):
            print("%.2f s: %s" % (seconds, word))
        before = word
