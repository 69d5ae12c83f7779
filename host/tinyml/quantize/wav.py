# SPDX-License-Identifier: MIT
"""Sounds (.wav) as a model hears them: log-mel energies or MFCC, computed as tf.signal does, with the
numbers of training in a small .toml file."""
import tomllib
import wave
from contextlib import contextmanager
from dataclasses import dataclass, fields
from math import prod
from pathlib import Path

import numpy as np

from tinyml.errors import ModelError
from tinyml.pack import read_file


@dataclass(frozen=True)
class Frontend:
    """`power`: 1 for magnitudes, 2 for energies. `cepstra`: how many of the DCT are kept; 0: none is
    made. `full_scale`: what the largest sample counts as."""

    rate: int                           # Hz
    window: int                         # samples
    hop: int                            # samples
    bands: int
    low: float                          # Hz
    high: float                         # Hz
    log_offset: float = 1e-6
    power: float = 1.0
    cepstra: int = 0
    full_scale: float = 1.0

    @property
    def fft(self) -> int:
        """The next power of two."""
        return 1 << (self.window - 1).bit_length()

    @property
    def features(self) -> int:
        """Numbers of one window."""
        return self.cepstra or self.bands

    def __call__(self, path: Path, port) -> np.ndarray:
        """The features of a file: as many windows as the model's input has, then cut off, or silence
        behind."""
        shape = port.shape[1:]
        if prod(shape) % self.features:
            raise ModelError(f"the model's input is {'x'.join(map(str, shape))}, that is no whole "
                             f"number of windows of {self.features}: see `bands`, `cepstra`")
        count = prod(shape) // self.features
        sound = np.zeros(self.window + (count - 1) * self.hop, np.float32)
        heard = _samples(path, self.rate)[:len(sound)]
        sound[:len(heard)] = heard * np.float32(self.full_scale)
        return self.of(sound).reshape(shape)

    def of(self, sound: np.ndarray) -> np.ndarray:
        """(windows, features) of samples."""
        windows = np.lib.stride_tricks.sliding_window_view(sound, self.window)[::self.hop]
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(self.window) / self.window)
        spectrum = np.abs(np.fft.rfft(windows * hann, self.fft)) ** self.power
        logs = np.log(spectrum @ self.mel() + self.log_offset)
        if self.cepstra:
            order, band = np.ogrid[:self.cepstra, :self.bands]
            turns = np.cos(np.pi * order * (2 * band + 1) / (2 * self.bands))
            logs = logs @ turns.T * np.sqrt(2 / self.bands)
        return logs.astype(np.float32)

    def mel(self) -> np.ndarray:
        """(frequencies, bands): triangles on the mel scale, each beginning at the last one's peak."""
        hertz = np.linspace(0, self.rate / 2, self.fft // 2 + 1)[:, None]
        edges = np.linspace(_mel(self.low), _mel(self.high), self.bands + 2)
        low, peak, high = edges[:-2], edges[1:-1], edges[2:]
        rise, fall = (_mel(hertz) - low) / (peak - low), (high - _mel(hertz)) / (high - peak)
        weights = np.maximum(0, np.minimum(rise, fall))
        weights[0] = 0
        return weights


def _mel(hertz):
    return 1127 * np.log1p(np.asarray(hertz) / 700)


def read_frontend(path: Path) -> Frontend:
    """The numbers of a .toml file. Raises ModelError if it can't be read or makes no sense."""
    content = read_file(path)
    try:
        made = Frontend(**tomllib.loads(content.decode()))
        for field in fields(made):
            value, kinds = getattr(made, field.name), (int, field.type)
            if not isinstance(value, kinds):
                raise TypeError(f"`{field.name}` is {value!r}, not {field.type.__name__}")
    except (ValueError, TypeError) as error:
        keys = ", ".join(field.name for field in fields(Frontend))
        raise ModelError(f"`{path}` is no front end ({str(error).splitlines()[0]}): it is a .toml with "
                         f"{keys}") from None
    if not (0 < made.hop and 1 < made.window and 0 <= made.low < made.high <= made.rate / 2
            and 0 <= made.cepstra <= made.bands > 0 and made.log_offset > 0):
        raise ModelError(f"`{path}`: it takes hop > 0, window > 1, 0 <= low < high <= rate / 2, "
                         "cepstra <= bands, log_offset > 0")
    return made


def wav_facts(path: Path) -> tuple[int, int]:
    """(samples in a second, samples) of a file."""
    with _opened(path) as file:
        return file.getframerate(), file.getnframes()


@contextmanager
def _opened(path: Path):
    try:
        with wave.open(str(path)) as file:
            yield file
    except (OSError, EOFError, wave.Error) as error:
        raise ModelError(f"`{path}` is not a readable .wav: {error}") from None


def _samples(path: Path, rate: int) -> np.ndarray:
    """Those of a file, -1 ... 1."""
    with _opened(path) as file:
        found = file.getframerate(), file.getnchannels(), 8 * file.getsampwidth()
        raw = file.readframes(file.getnframes())
    if found != (rate, 1, 16):
        raise ModelError(f"`{path}` has {found[0]} Hz, {found[1]} channels, {found[2]} bits: convert it "
                         f"to {rate} Hz, 1 channel, 16 bits")
    return np.frombuffer(raw[:len(raw) // 2 * 2], "<i2").astype(np.float32) / 32768
