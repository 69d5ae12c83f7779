# SPDX-License-Identifier: MIT
"""Arrays of items as batches of prepared numbers."""
import torch

from tinyml.quantize.source import Preparation
from tinyml.search.data.items import Items


class Feed:
    """Items on a device: channels first; pixels stay bytes until they are wanted."""

    def __init__(self, items: Items, prepare: Preparation, device: str = "cpu"):
        # A clone has the strides of its shape, however the array came about: where there is one
        # channel, those choose the kernels, and so the last bit of a sum.
        x = torch.from_numpy(items.x).permute(0, 3, 1, 2)
        self.x = x.clone(memory_format=torch.contiguous_format).to(device)
        self.y = torch.from_numpy(items.y).to(device)
        self._scale = prepare.scale
        self._mean, self._std = (torch.tensor(numbers, dtype=torch.float32, device=device)
                                 .reshape(1, -1, 1, 1) for numbers in (prepare.mean, prepare.std))

    def __len__(self) -> int:
        return len(self.y)

    def take(self, which) -> tuple[torch.Tensor, torch.Tensor]:
        """(numbers, classes) of some items."""
        numbers = (self.x[which].float() * self._scale - self._mean) / self._std
        return numbers, self.y[which]

    def batches(self, size: int):
        """All, in their order."""
        for start in range(0, len(self), size):
            yield self.take(slice(start, start + size))
