# SPDX-License-Identifier: MIT
"""Round numbers on axes, and how amounts are written."""
from math import ceil, floor, log10

KIB = 1024


def amount(count: int) -> str:
    """A count of bytes: `512 B`, `72.0 KiB`, `2,394 KiB`."""
    if count < KIB:
        return f"{count} B"
    return f"{count / KIB:,.1f} KiB" if count < 1000 * KIB else f"{count / KIB:,.0f} KiB"


def times(before: int, after: int) -> str:
    """How much smaller: `26 times less`, `3.4 times less`, or nothing worth a word."""
    if after <= 0 or before < 1.05 * after:
        return ""
    ratio = before / after
    return f"{ratio:.0f} times less" if ratio >= 10 else f"{ratio:.1f} times less"


def ticks(low: float, high: float, most: int) -> list[float]:
    """At most `most` + 1 round numbers within [low, high], evenly spaced."""
    step = round_step((high - low) / max(most, 1))
    return [number * step for number in range(ceil(low / step - 1e-9),
                                              floor(high / step + 1e-9) + 1)]


def round_step(least: float) -> float:
    """The smallest of 1, 2, 5, 10, 20 ... (and 0.5, 0.2 ...) that is at least `least`."""
    if least <= 0:
        return 1.0
    power = 10.0 ** floor(log10(least))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= least * (1 - 1e-9))


def whole_step(count: int, most: int) -> int:
    """Every how many of `count` things to number, so that at most `most` + 1 are."""
    return max(1, round(round_step(count / max(most, 1)))) if count > most else 1
