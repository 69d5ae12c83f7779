# SPDX-License-Identifier: MIT
"""Items changed as the world changes them, so that a model learns what doesn't matter."""
import torch
from torch.nn import functional as F

SHIFT = 10                      # a picture is moved by up to 1 / SHIFT of its size, and so is time
CHUNK = 16                      # pictures that are moved alike: many small copies take longer
LOUDER = 0.3                    # standard deviations by which a sound is louder or softer
HISS = 0.1                      # noise added to a sound, in standard deviations of its numbers
STRONGER, SHAKE = 0.1, 0.05     # of motion: scaled by so much, and noise


def augment(kind: str, x: torch.Tensor, rng: torch.Generator, flip: bool) -> torch.Tensor:
    """A batch (items, channels, height, width) of prepared numbers. `rng` is one of the CPU, so that
    every device does the same."""
    if kind == "images":
        return _moved_pictures(x, rng, flip)
    x = _moved_in_time(x, rng)
    factor, offset, noise = (0, LOUDER, HISS) if kind == "sound" else (STRONGER, 0, SHAKE)
    each = torch.randn(2, len(x), 1, 1, 1, generator=rng).to(x.device)
    hiss = torch.randn(x.shape, generator=rng).to(x.device)
    return x * (1 + factor * each[0]) + offset * each[1] + noise * hiss


def _moved_pictures(x: torch.Tensor, rng: torch.Generator, flip: bool) -> torch.Tensor:
    """Moved by whole pixels, with zeros behind."""
    height, width = x.shape[2:]
    most = max(1, round(min(height, width) / SHIFT))
    padded, made = F.pad(x, (most,) * 4), torch.empty_like(x)
    chunks = -(-len(x) // CHUNK)
    moves = torch.randint(2 * most + 1, (chunks, 2), generator=rng).tolist()
    mirrored = (torch.rand(chunks, generator=rng) < 0.5).tolist()
    for start, (down, right), mirror in zip(range(0, len(x), CHUNK), moves, mirrored):
        part = padded[start:start + CHUNK, :, down:down + height, right:right + width]
        made[start:start + CHUNK] = part.flip(3) if flip and mirror else part
    return made


def _moved_in_time(x: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """Each item earlier or later; its end is held."""
    rows = x.shape[2]
    most = rows // SHIFT
    moves = torch.randint(-most, most + 1, (len(x), 1), generator=rng)
    source = (torch.arange(rows) + moves).clamp(0, rows - 1).to(x.device)
    return torch.take_along_dim(x, source[:, None, :, None], dim=2)
