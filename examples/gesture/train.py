# SPDX-License-Identifier: MIT
"""Makes gesture.tflite and emulated/readings.csv of BasicMotions, which comes with aeon:

    pip install --no-deps aeon
    python -m examples.gesture.train
"""
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from examples.training import Conv, Mean, run, train, write_tflite
from tinyml.model import Model
from tinyml.pipeline import compile_model
from tinyml.schedule import encode

HERE = Path(__file__).parent
LABELS = ("Standing", "Walking", "Running", "Badminton")
WINDOW, SCALE = 50, 0.25        # readings; m/s2 or rad/s of one step of int8
BATCHES, BATCH = 1500, 32


def read(part: str):
    """(items, 100 readings, 6) as int8, and which motion each is."""
    package = Path(find_spec("aeon").submodule_search_locations[0])
    text = (package / f"datasets/data/BasicMotions/BasicMotions_{part}.ts").read_text()
    lines = [line.split(":") for line in text.splitlines() if line and line[0] not in "#@"]
    items = np.array([[np.float64(axis.split(",")) for axis in axes] for *axes, _ in lines])
    quantised = np.clip(np.rint(items.swapaxes(1, 2) / SCALE), -128, 127).astype(np.int8)
    return quantised, np.array([LABELS.index(label.strip()) for *_, label in lines])


def batches(rng, items, labels):
    """Windows from anywhere, a little weaker or stronger."""
    while True:
        which = rng.integers(len(items), size=BATCH)
        first = rng.integers(items.shape[1] - WINDOW + 1, size=BATCH)
        windows = np.stack([items[i, f:f + WINDOW] for i, f in zip(which, first)])
        yield windows * SCALE * rng.uniform(0.8, 1.25, (BATCH, 1, 1)), labels[which]


def halves(items, labels):
    """The two windows of each item."""
    return items.reshape(-1, WINDOW, items.shape[2]), np.repeat(labels, 2)


def main():
    """Train, quantise, count what is right."""
    rng = np.random.default_rng(1)
    items, labels = read("TRAIN")
    layers = [Conv(rng, 6, 16, 5, 2), Conv(rng, 16, 24, 5, 2), Conv(rng, 24, 24, 3, 2), Mean(),
              Conv(rng, 24, len(LABELS), relu=False)]
    train(layers, batches(rng, items, labels), BATCHES)
    file = write_tflite(layers, halves(items, labels)[0] * SCALE, (SCALE, 0))
    (HERE / "gesture.tflite").write_bytes(file)
    (HERE / "labels.txt").write_text("\n".join(LABELS) + "\n")
    unseen, answers = read("TEST")
    windows, wanted = halves(unseen, answers)
    floats = run(layers, windows * SCALE)[-1][:, 0].argmax(-1)
    with Model(encode(compile_model(file, "gesture").schedule)) as model:
        ints = np.array([np.frombuffer(model.run(w.tobytes()), np.int8).argmax() for w in windows])
    print(f"of {len(wanted)} windows that were not trained on, {(floats == wanted).sum()} are right in "
          f"float, {(ints == wanted).sum()} in int8")
    first = [unseen[list(answers).index(label)] for label in range(len(LABELS))]
    np.savetxt(HERE / "emulated/readings.csv", np.concatenate(first), "%d", ",")


if __name__ == "__main__":
    main()
