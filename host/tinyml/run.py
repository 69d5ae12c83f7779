# SPDX-License-Identifier: MIT
"""Inference on files, here or elsewhere: what `tinyml run` does."""
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tinyml.errors import DeviceError, ModelError
from tinyml.inputs import read_input, to_reals
from tinyml.model import Model
from tinyml.pack import read_schedule
from tinyml.remote import PLACES, Ran, Remote, is_port


@dataclass(frozen=True)
class Result:
    """`array` holds the first output of every inference, `answers` its top classes."""

    where: str
    array: np.ndarray
    answers: list[list[tuple]]
    microseconds: list[int | None]

    def figures(self) -> dict:
        """For --json."""
        return {"on": self.where, "outputs": self.array.tolist(), "microseconds": self.microseconds,
                "answers": [[{"label": label, "value": value} for label, value in answer]
                            for answer in self.answers]}


def run_file(file: Path, input: Path, on: str = "host", heap: int | None = None,
             top: int = 3) -> Result:
    """Runs a `.tml`, or a model packed for the purpose, on every item of an input file.

    Raises ModelError, UnsupportedError, FitError, ScheduleError, DeviceError.
    """
    require_place(on)
    schedule = read_schedule(file)
    with Model(schedule) as model:
        require_one_input(model, file, "run")
        port = model.ports(1)[0]
        items = read_input(input, model.ports(0)[0])
        with runner(on, schedule, model, heap) as run_one:
            ran = [run_one(item) for item in items]
        arrays, answers = [], []
        for one in ran:
            arrays.append(to_reals(port, one.outputs[0]))
            model.output[:] = one.outputs[0]
            answers.append(model.top(top))
    stacked = np.stack(arrays)
    array = stacked[:, 0] if len(port.shape) > 1 else stacked
    return Result(on, array, answers, [one.microseconds or None for one in ran])


def selftest_file(file: Path, on: str = "host") -> tuple[int, int]:
    """(golden vectors that are exact, all in the file) of a `.tml`, or of a model packed for the
    purpose. Raises as `run_file` does."""
    require_place(on)
    schedule = read_schedule(file)
    with Model(schedule) as model:
        if on == "host":
            return model.selftest()
    with Remote(on, schedule) as remote:
        return remote.selftest()


def require_one_input(model: Model, file: Path, command: str) -> None:
    """Raises ModelError for a model that a command can't give all inputs."""
    if len(model.inputs) != 1:
        raise ModelError(f"`{file}` has {len(model.inputs)} inputs, `{command}` gives one; "
                         "use tinyml.Model from Python")


@contextmanager
def runner(on: str, schedule: bytes, model: Model, heap: int | None = None):
    """What runs one item at a place, here on the opened model."""
    require_place(on)
    if on == "host":
        yield lambda item: Ran((bytes(model.run(item)),), 0)
    else:
        with Remote(on, schedule, heap) as remote:
            yield lambda item: remote.run([item])[0]


def require_place(on: str) -> None:
    """Raises DeviceError for what is no place."""
    if on not in PLACES and not is_port(on):
        raise DeviceError(f"`{on}` is no place to run: choose {', '.join(PLACES)} or a serial port")
