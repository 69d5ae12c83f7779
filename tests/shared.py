# SPDX-License-Identifier: MIT
"""Real models, vectors and data that stand beside the repository, where they do."""
from pathlib import Path

import numpy as np
import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared beside the repository")


def model_file(name: str) -> Path:
    """The .tflite of `family/name`."""
    return SHARED / "models" / f"{name}.tflite"


def golden(name: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """(input, output) pairs of another implementation, in order."""
    with np.load(SHARED / "golden" / f"{name.replace('/', '__')}.npz") as vectors:
        count = sum(key.startswith("input_") for key in vectors.files)
        return [(vectors[f"input_{i}"], vectors[f"output_{i}"]) for i in range(count)]
