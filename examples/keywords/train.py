# SPDX-License-Identifier: MIT
"""Makes keywords.tflite and emulated/sound.wav of words that espeak-ng speaks:

    apt install espeak-ng
    pip install pymicro-features
    python -m examples.keywords.train
"""
import random
import subprocess
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from pymicro_features import MicroFrontend

from examples.training import Conv, Mean, run, train, write_tflite
from tinyml.model import Model
from tinyml.pipeline import compile_model
from tinyml.schedule import encode

HERE = Path(__file__).parent
WORDS = ("yes", "no", "left", "right", "stop", "go")
OTHERS = """hello seven water open tree music maybe dog nine window light bird happy cat red zero table house three
    apple knob lest write stuff show yet toe know steep laugh night goat step""".split()
SPEECH = "en-us en-gb en-gb-scotland en-gb-x-rp en-gb-x-gbclan en-gb-x-gbcwmd en-029".split()
VOICES = [f"m{i}" for i in range(1, 8)] + [f"f{i}" for i in range(1, 6)] + "croak klatt klatt2 klatt3".split()
RATE, HOP, BANDS, WINDOW = 16000, 160, 40, 100      # samples a second, of 10 ms; rows of a window
SCALE, ZERO_POINT = 0.1, -128                       # the net's input; any would do
BATCHES, BATCH = 2000, 64


def say(word, voice, speed=150, pitch=50):
    """A spoken word, -1 to 1, without silence around it."""
    command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", word]
    raw = subprocess.run(command, capture_output=True, check=True).stdout[44:]
    sound = np.frombuffer(raw, "<i2").astype(float)
    count = len(sound) * RATE // 22050
    sound = np.fft.irfft(np.fft.rfft(sound)[:count // 2 + 1], count)
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    return sound[loud[0]:loud[-1] + 1] / np.abs(sound).max()


def rows(sound):
    """(time, 40) int8, as examples/sound/hearing.py has it on the board."""
    front_end, made = MicroFrontend(), []
    data = np.int16(np.rint(32767 * np.clip(sound, -1, 1))).tobytes()
    for i in range(0, len(data), 2 * HOP):
        made.append(front_end.process_samples(data[i:i + 2 * HOP]).features or [0] * BANDS)
    return np.int8(np.clip(np.rint(np.array(made) * 25.6 * 256 / 666) - 128, -128, 127))


def windows(rng, word, label):
    """(window, label) of a word among noise: two with all of it, one with a third at most."""
    noise = rng.normal(0, 10 ** rng.uniform(-3.5, -1.7), 3 * RATE)
    if rng.random() < 0.5:
        noise = np.convolve(noise, np.ones(8) / 3, "same")      # a duller one
    first = rng.integers(20000, 24000)
    noise[first:first + len(word)] += word * rng.uniform(0.1, 0.9)
    heard, begin, end = rows(noise), first // HOP, (first + len(word)) // HOP + 3
    for _ in range(2):
        last = end + rng.integers(26)           # looked at four times a second, it is in one of these
        yield heard[last - WINDOW:last], label
    last = rng.integers(WINDOW, begin + (end - begin) // 3)
    yield heard[last - WINDOW:last], 0


def spoken(rng, voices):
    """Every word of every voice: (word, label)."""
    jobs = []
    for voice in voices:
        chosen = [(word, label + 1) for label, word in enumerate(WORDS)] * 2
        chosen += [(word, 0) for word in rng.sample(OTHERS, 6)]
        jobs += [(word, voice, rng.randint(110, 200), rng.randint(20, 80), label) for word, label in chosen]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda job: (say(*job[:-1]), job[-1]), jobs))


def examples_of(seed, voices):
    """All windows as int8, and their labels."""
    rng = np.random.default_rng(seed)
    found = [pair for word, label in spoken(random.Random(seed), voices)
             for pair in windows(rng, word, label)]
    return np.stack([window for window, _ in found]), np.array([label for _, label in found])


def reals(items):
    """What int8 stands for."""
    return (items.astype(float) - ZERO_POINT) * SCALE


def batches(rng, items, labels):
    """Any of them, each without some of its bands."""
    while True:
        which = rng.integers(len(items), size=BATCH)
        picked = items[which]
        bands = rng.integers(BANDS, size=(BATCH, 1, 1))
        masked = (np.arange(BANDS) >= bands) & (np.arange(BANDS) < bands + 4)
        yield reals(np.where(masked, np.int8(-128), picked)), labels[which]


def write_sound():
    """Words, one of which is not in WORDS, by a voice that the net has not heard."""
    parts = [np.zeros(RATE // 2)]
    for word in ("yes", "water", "left", "stop", "go"):
        parts += [0.7 * say(word, "en-gb-x-rp+f2", 140), np.zeros(int(0.3 * RATE))]
    sound = np.concatenate(parts)
    with wave.open(str(HERE / "emulated/sound.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(np.uint8(np.rint(127 * sound) + 128).tobytes())


def main():
    """Speak, train, quantise, count what is right."""
    rng = np.random.default_rng(1)
    voices = [f"{speech}+{voice}" for speech in SPEECH for voice in VOICES if voice not in ("m3", "f2")]
    unknown = [f"{speech}+{voice}" for speech in SPEECH for voice in ("m3", "f2")]
    items, labels = examples_of(1, voices)
    layers = [Conv(rng, BANDS, 32, 5, 2), Conv(rng, 32, 32, 5, 2), Conv(rng, 32, 32, 5, 2),
              Conv(rng, 32, 48, 3), Mean(), Conv(rng, 48, 1 + len(WORDS), relu=False)]
    train(layers, batches(rng, items, labels), BATCHES)
    file = write_tflite(layers, reals(items[::20]), (SCALE, ZERO_POINT))
    (HERE / "keywords.tflite").write_bytes(file)
    (HERE / "labels.txt").write_text("\n".join(("-", *WORDS)) + "\n")
    unseen, wanted = examples_of(2, unknown)
    floats = run(layers, reals(unseen))[-1][:, 0].argmax(-1)
    with Model(encode(compile_model(file, "keywords").schedule)) as model:
        ints = np.array([np.frombuffer(model.run(item.tobytes()), np.int8).argmax() for item in unseen])
    print(f"{len(items)} windows; of {len(wanted)} by voices that were not trained on, "
          f"{(floats == wanted).mean():.1%} are right in float, {(ints == wanted).mean():.1%} in int8")
    write_sound()


if __name__ == "__main__":
    main()
