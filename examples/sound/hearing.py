# SPDX-License-Identifier: MIT
"""Sound as speech models hear it: 40 numbers for each 10 ms, in integers, on the board.

What TensorFlow's audio front end computes with the numbers of microWakeWord: the energies of 40
bands between 125 and 7500 Hz over 30 ms, without steady noise, with the gain that quiet sounds
need, as logarithms.
"""
from array import array
from math import cos, log, pi, sin

import micropython
from micropython import const

RATE, HOP, BANDS = 16000, 160, 40           # HOP: samples of 10 ms
_WINDOW = const(480)
_BANDS = const(40)
_HALF = const(256)                          # complex numbers that 512 samples make
_LOW = const(5)                             # the bins between 125
_HIGH = const(239)                          # and 7500 Hz, where triangles end
_BITS = const(15)                           # of samples that are transformed, beside the sign
_LARGEST = const(4194303)


def rows(sounds, count):
    """`count` rows of 40 int8 after each other, of pieces of 10 ms: 160 int16 as bytes."""
    hearing, made, filled = Hearing(), memoryview(bytearray(BANDS * count)), 0
    for sound in sounds:
        hearing.hear(sound, made[filled:filled + BANDS])
        filled = (filled + BANDS) % len(made)
        if not filled:
            yield made


class Hearing:
    """What is remembered from piece to piece: the last 30 ms, and the noise in each band."""

    def __init__(self):
        mel = [1127 * log(1 + bin * RATE / 512 / 700) for bin in range(_HIGH + 1)]
        low, high = 1127 * log(1 + 125 / 700), 1127 * log(1 + 7500 / 700)
        places = [max(0, (m - low) / (high - low) * (_BANDS + 1)) for m in mel]
        self.band = bytes(int(place) for place in places)
        self.rise = array("H", (int(4096 * (place % 1)) for place in places))
        self.window = array("H", (round(8192 - 8192 * cos(2 * pi * (i + 0.5) / _WINDOW))
                                  for i in range(_WINDOW)))
        self.sine = array("i", (round(16384 * sin(2 * pi * i / 512)) for i in range(384)))
        self.turned = bytes(sum((i >> bit & 1) << 7 - bit for bit in range(8)) for i in range(_HALF))
        self.sound = memoryview(bytearray(2 * _WINDOW))
        self.older, self.old = self.sound[:-2 * HOP], self.sound[2 * HOP:]
        self.new = self.sound[-2 * HOP:]
        self.re, self.im = array("i", bytes(4 * _HALF)), array("i", bytes(4 * _HALF))
        self.sums = array("i", bytes(8 * (_BANDS + 2)))
        self.noise = array("i", bytes(4 * _BANDS))
        self.gains = array("H", (round(min(2 ** 21 * ((8 + i % 8) * 2 ** (i // 8 + 3)) ** -0.95, 32767))
                                 for i in range(8 * 17 + 1)))
        self.logs = array("H", (round(64 * 64 * log(1 + i / 128)) for i in range(128)))

    def hear(self, sound, row):
        """Writes the 40 numbers of the 30 ms that end with this sound."""
        self.older[:] = self.old
        self.new[:] = sound
        shift = take(self)
        transform(self)
        split(self)
        measure(self, shift)
        tell(self, row)


@micropython.viper
def take(self) -> int:
    """Window times sound, as 256 complex numbers of 15 bits; returns by how much they were shifted."""
    sound = ptr16(self.sound)
    window = ptr16(self.window)
    re = ptr32(self.re)
    im = ptr32(self.im)
    size = 0
    for i in range(_WINDOW):
        sample = ((sound[i] ^ 32768) - 32768) * window[i]
        size |= sample ^ sample >> 31       # of the absolute value, nearly
        if i & 1:
            im[i >> 1] = sample
        else:
            re[i >> 1] = sample
    shift = 0
    while size >> shift >= 1 << _BITS:
        shift += 1
    for i in range(_HALF):
        re[i] = re[i] >> shift if i < _WINDOW >> 1 else 0
        im[i] = im[i] >> shift if i < _WINDOW >> 1 else 0
    return shift


@micropython.viper
def transform(self):
    """The Fourier transform in place, divided by its 256 points; its order is that of `turned`."""
    re = ptr32(self.re)
    im = ptr32(self.im)
    sine = ptr32(self.sine)
    half = _HALF >> 1
    step = 2
    while half:
        for k in range(half):
            c = sine[k * step + 128]
            s = sine[k * step]
            i = k
            while i < _HALF:
                j = i + half
                x = re[i] - re[j]
                y = im[i] - im[j]
                re[i] = (re[i] + re[j] + 1) >> 1
                im[i] = (im[i] + im[j] + 1) >> 1
                re[j] = (x * c + y * s + 16384) >> 15
                im[j] = (y * c - x * s + 16384) >> 15
                i = j + half
        half >>= 1
        step <<= 1


@micropython.viper
def split(self):
    """The energies of the 512 real samples, summed in bands; two words for each, of 12 bits below."""
    re = ptr32(self.re)
    im = ptr32(self.im)
    sine = ptr32(self.sine)
    turned = ptr8(self.turned)
    band = ptr8(self.band)
    rise = ptr16(self.rise)
    sums = ptr32(self.sums)
    for i in range(2 * (_BANDS + 2)):
        sums[i] = 0
    for k in range(_LOW, _HIGH + 1):
        i = turned[k]
        j = turned[_HALF - k]
        c = sine[k + 128]
        s = sine[k]
        x = im[i] + im[j]
        y = re[j] - re[i]
        real = (re[i] + re[j] + ((x * c + y * s) >> 14) + 1) >> 1
        imaginary = (im[i] - im[j] + ((y * c - x * s) >> 14) + 1) >> 1
        energy = real * real + imaginary * imaginary
        at = band[k] << 1
        up = rise[k]
        sums[at] += (energy >> 12) * (4096 - up)
        sums[at + 1] += (energy & 4095) * (4096 - up)
        sums[at + 2] += (energy >> 12) * up
        sums[at + 3] += (energy & 4095) * up


@micropython.viper
def measure(self, shift: int):
    """The roots of the sums, one after the other in their place."""
    sums = ptr32(self.sums)
    for b in range(_BANDS):
        low = sums[2 * b + 3]
        high = sums[2 * b + 2] + (low >> 12)
        wide = high >> 18
        rest = high if wide else high << 12 | low & 4095
        root = 0
        bit = 1 << 28
        while bit:
            part = root + bit
            root >>= 1
            if rest >= part:
                rest -= part
                root += bit
            bit >>= 2
        if wide:
            root <<= 6
        root = root >> 12 - shift if shift < 12 else root << shift - 12
        sums[b] = root if root < _LARGEST else _LARGEST


@micropython.viper
def tell(self, row):
    """The model's numbers: less the noise, times the gain that it asks for, as logarithms."""
    sums = ptr32(self.sums)
    noise = ptr32(self.noise)
    gains = ptr16(self.gains)
    logs = ptr16(self.logs)
    out = ptr8(row)
    for b in range(_BANDS):
        signal = sums[b]
        scaled = signal << 8
        estimate = noise[b] + (((scaled - noise[b]) >> 6) * (123 if b & 1 else 51) >> 5)
        noise[b] = estimate
        place = (estimate >> 8) + 80
        least = signal * 51 >> 10               # a twentieth is left
        signal = (scaled - estimate) >> 8
        if signal < least:
            signal = least
        top = 6
        while place >> top + 1:
            top += 1
        at = (top - 6 << 3) + (place >> top - 3 & 7)
        part = (place & (1 << top - 3) - 1) << 8 >> top - 3
        gain = gains[at] - ((gains[at] - gains[at + 1]) * part >> 8)
        signal = (signal >> 7) * gain >> 2 if signal >> 15 else signal * gain >> 9
        signal = signal * signal >> 20 if signal < 8192 else (signal >> 6) - 64
        signal <<= 3
        value = 0
        if signal > 1:
            top = 1
            while signal >> top + 1:
                top += 1
            part = signal << 7 - top if top < 8 else signal >> top - 7
            value = (top * 2839 + logs[part & 127] + 32) >> 6       # 64 times the logarithm
        value = ((value * 25191 + 32768) >> 16) - 128               # the model's scale
        out[b] = value if value < 127 else 127
