# SPDX-License-Identifier: MIT
"""Makes anomaly.tflite: a net that repeats what a healthy machine sounds like, and nothing else.

    python -m examples.anomaly.train                    # of generated vibrations
    python -m examples.anomaly.train recorded.csv       # of yours: 64 numbers a line, int8
"""
import sys
from pathlib import Path

import numpy as np

from examples.training import Conv, train, write_tflite
from tinyml.model import Model
from tinyml.pipeline import compile_model
from tinyml.schedule import encode

HERE = Path(__file__).parent
RATE, WINDOW, SCALE = 400, 64, 0.125        # Hz; readings; m/s2 of one step of int8
BATCHES, BATCH, ALARMS = 6000, 64, 0.002    # ALARMS: how many healthy windows may be above


def machine(rng, count, speed=25.0, bearing=0.0, rub=0.0):
    """Vibration of a fan of five blades; `speed` in turns a second. A bearing that is worn rings at
    each ball, a blade that rubs flattens the wave."""
    at = np.arange(WINDOW) / RATE
    turns = speed * rng.uniform(0.99, 1.01, (count, 1)) * at + rng.uniform(0, 1, (count, 1))
    x = sum(rng.uniform(0.9, 1.1, (count, 1)) * size * np.sin(2 * np.pi * order * turns + phase)
            for order, size, phase in ((1, 4, 0), (2, 1.5, 1), (3, 0.7, 2), (5, 1.2, 0.5)))
    since = (3.58 * turns + rng.uniform(0, 1, (count, 1))) % 1 / (3.58 * speed)     # seconds
    x += bearing * np.exp(-since / 0.006) * np.sin(2 * np.pi * 160 * since)
    x = np.minimum(x, (1 - rub) * x.max(1, keepdims=True))
    return np.clip(np.rint((x + rng.normal(0, 0.15, x.shape)) / SCALE), -128, 127).astype(np.int8)


FAULTS = {"healthy": {}, "a bearing is worn": {"bearing": 2.5}, "a blade rubs": {"rub": 0.3},
          "the belt slips": {"speed": 24.0}}


def batches(rng, windows):
    """Windows that are to be repeated."""
    while True:
        picked = windows[rng.integers(len(windows), size=BATCH), None] * SCALE
        yield picked, picked


def errors(file, windows):
    """Of each window: the mean square of what the net does not repeat, in steps of int8."""
    with Model(encode(compile_model(file, "anomaly").schedule)) as model:
        again = np.array([np.frombuffer(bytes(model.run(w.tobytes())), np.int8) for w in windows])
    return ((windows.astype(int) - again) ** 2).mean(1)


def main():
    """Train, quantise, find the threshold."""
    rng = np.random.default_rng(1)
    recorded = len(sys.argv) > 1
    healthy = np.int8(np.loadtxt(sys.argv[1], int, delimiter=",")) if recorded else machine(rng, 20000)
    known, others = healthy[::2], healthy[1::2]
    layers = [Conv(rng, WINDOW, 32), Conv(rng, 32, 9, relu=False), Conv(rng, 9, 32),
              Conv(rng, 32, WINDOW, relu=False)]
    train(layers, batches(rng, known), BATCHES, rate=3e-3)
    file = write_tflite(layers, known[:, None] * SCALE, (SCALE, 0), wanted=(SCALE, 0))
    (HERE / "anomaly.tflite").write_bytes(file)
    threshold = np.quantile(errors(file, others), 1 - ALARMS)
    print(f"threshold: {threshold:.1f}")
    if recorded:
        return
    for name, fault in FAULTS.items():
        above = (errors(file, machine(rng, 2000, **fault)) > threshold).mean()
        print(f"{name}: {above:.1%} of 2000 windows are above")
    shown = np.concatenate([machine(rng, 4, **fault) for fault in FAULTS.values()])
    np.savetxt(HERE / "emulated/vibration.csv", shown, "%d", ",")


if __name__ == "__main__":
    main()
