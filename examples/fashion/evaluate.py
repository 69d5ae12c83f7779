# SPDX-License-Identifier: MIT
"""The accuracy of `fashion.tflite` on the 10 000 test photos, in TensorFlow Lite Micro."""

import data
import numpy as np
from tflite_micro import runtime


def accuracy(model, photos, labels):
    """The share of uint8 photos (n, 28, 28) whose largest output is their label."""
    interpreter = runtime.Interpreter.from_bytes(model)
    right = 0
    for photo, label in zip(photos, labels):
        right += classify(interpreter, photo).argmax() == label
    return right / len(labels)


def classify(interpreter, photo):
    pixels = (photo.astype(np.int16) - 128).astype(np.int8)
    interpreter.set_input(pixels.reshape(1, 28, 28, 1), 0)
    interpreter.invoke()
    return interpreter.get_output(0)[0]


if __name__ == "__main__":
    model = (data.HERE / "fashion.tflite").read_bytes()
    print(f"int8 accuracy {accuracy(model, *data.load('t10k')):.2%}")
