# SPDX-License-Identifier: MIT
"""The accuracy of both models on the 10 000 test photos, in TensorFlow Lite Micro."""

import data
import numpy as np
from PIL import Image
from tflite_micro import runtime


def accuracy(model, photos, labels):
    """The share of uint8 photos (n, 28, 28) whose largest output is their label."""
    interpreter = runtime.Interpreter.from_bytes(model)
    right = 0
    for photo, label in zip(photos, labels):
        right += classify(interpreter, photo).argmax() == label
    return right / len(labels)


def classify(interpreter, photo):
    _, height, width, _ = shape = interpreter.get_input_details(0)["shape"]
    sized = Image.fromarray(photo).resize((width, height), Image.Resampling.BILINEAR)
    pixels = (np.asarray(sized, np.int16) - 128).astype(np.int8)
    interpreter.set_input(pixels.reshape(shape), 0)
    interpreter.invoke()
    return interpreter.get_output(0)[0]


if __name__ == "__main__":
    for name in ("fashion.tflite", "larger.tflite"):
        model = (data.HERE / name).read_bytes()
        print(f"{name}: int8 accuracy {accuracy(model, *data.load('t10k')):.2%}")
