# SPDX-License-Identifier: MIT
"""A folder of spoken words, as `tinyml search` takes them: voices of espeak-ng, and people's own
recordings. A pipeline check: a model that has only heard such voices is no measure of one for people."""
import random
import shutil
import subprocess
import wave
from io import BytesIO
from pathlib import Path

import numpy as np

from .steps import StepFailed

WORDS = "yes", "no", "left", "right", "stop", "go"
ACCENTS = "en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029"
SPEAKERS = "m1", "m2", "m3", "m4", "m5", "m6", "f1", "f2", "f3", "f4", "klatt", "croak"
TEST_SPEAKERS = "m7", "m8", "f5", "klatt4"      # heard in the test alone, in any accent
RATE = 16000                    # Hz: what microphones on boards are mostly asked for
TAKES = 2                       # of each word and voice
SPEED, PITCH = (110, 210), (20, 80)     # words in a minute, espeak's own scale
LOUDNESS = 8, 35                # dB of a word above the noise of its room
BEFORE = 0.0, 0.2               # seconds until it begins
QUIET = 0.02                    # of the loudest sample: silence, before and after a word


def write_words(folder: Path, own: Path | None = None) -> None:
    """VOICE/WORD/N.wav, test/VOICE/WORD/N.wav for the test's voices; people's recordings beside them as
    they lie in `own`: PERSON/WORD/ANY.wav. Raises StepFailed."""
    if not shutil.which("espeak-ng"):
        raise StepFailed("espeak-ng is missing: type `sudo apt-get install espeak-ng`")
    for speakers, part in (SPEAKERS, "train"), (TEST_SPEAKERS, "test"):
        for voice in (f"{accent}+{speaker}" for accent in ACCENTS for speaker in speakers):
            write_voice(folder / part / voice, voice)
    for path in sorted(own.rglob("*.wav")) if own else ():
        target = folder / path.relative_to(own)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_wav(target, at_rate(*read_wav(path.read_bytes())))


def write_voice(folder: Path, voice: str) -> None:
    """All words by one voice; the same each time."""
    chance = random.Random(voice)
    for word in WORDS:
        (folder / word).mkdir(parents=True, exist_ok=True)
        for take in range(TAKES):
            write_wav(folder / word / f"{take}.wav", in_a_room(at_rate(*spoken(word, voice, chance)), chance))


def spoken(word: str, voice: str, chance: random.Random) -> tuple[np.ndarray, int]:
    """(samples, Hz) of a word, faster or slower, higher or lower."""
    command = ["espeak-ng", "-v", voice, "-s", str(chance.randint(*SPEED)), "-p", str(chance.randint(*PITCH)),
               "-g", "0", "--stdout", word]
    return read_wav(subprocess.run(command, check=True, capture_output=True).stdout)


def in_a_room(sound: np.ndarray, chance: random.Random) -> np.ndarray:
    """A second: noise, and over it the word after a moment."""
    loud = np.flatnonzero(np.abs(sound) > QUIET * np.abs(sound).max())
    sound = sound[loud[0]:loud[-1] + 1]
    noise = np.random.default_rng(chance.getrandbits(32)).normal(size=RATE)
    noise *= sound.std() * 10 ** (-chance.uniform(*LOUDNESS) / 20)
    start = int(chance.uniform(*BEFORE) * RATE)
    heard = sound[:RATE - start]
    noise[start:start + len(heard)] += heard
    return noise


def at_rate(sound: np.ndarray, rate: int) -> np.ndarray:
    """The same sound at RATE: its spectrum, cut off or continued by nothing."""
    count = round(len(sound) * RATE / rate)
    spectrum = np.fft.rfft(sound)[:count // 2 + 1]
    return np.fft.irfft(spectrum, count) * (count / len(sound))


def read_wav(content: bytes) -> tuple[np.ndarray, int]:
    """(samples from -1 to 1, Hz); of several channels their mean. Raises StepFailed for anything but
    16 bits."""
    try:
        with wave.open(BytesIO(content)) as file:
            if file.getsampwidth() != 2:
                raise wave.Error(f"{8 * file.getsampwidth()} bits")
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            return samples.reshape(-1, file.getnchannels()).mean(1) / 32768, file.getframerate()
    except (wave.Error, EOFError) as error:
        raise StepFailed(f"no .wav of 16 bits: {error}") from None


def write_wav(path: Path, sound: np.ndarray) -> None:
    """16 bits, one channel."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.int16(np.clip(sound, -1, 32767 / 32768) * 32768).tobytes())
