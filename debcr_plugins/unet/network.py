"""The residual U-Net in PyTorch. Tensors are float32, ``(batch, channel, y, x)``."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn


class Block(nn.Module):
    """Two 3×3 convolutions, added to what enters."""

    def __init__(self, width: int, biases: bool) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1, bias=biases)
        self.second = nn.Conv2d(width, width, 3, padding=1, bias=biases)

    def forward(self, maps: Tensor) -> Tensor:
        """Map ``(batch, width, y, x)`` to the same shape."""
        change: Tensor = self.second(torch.relu(self.first(maps)))
        return maps + change


class UNetwork(nn.Module):
    """Residual U-Net (see `debcr_plugins.unet.UNet`).

    Parameters
    ----------
    widths
        Maps at each scale, the full one first.
    biases
        Whether convolutions add constants.
    """

    def __init__(self, widths: Sequence[int], biases: bool = True) -> None:
        super().__init__()
        full, steps = widths[0], list(pairwise(widths))
        self.head = nn.Conv2d(1, full, 3, padding=1, bias=biases)
        self.down = nn.ModuleList(Block(width, biases) for width in widths)
        self.reduce = nn.ModuleList(nn.Conv2d(a, b, 2, stride=2, bias=biases) for a, b in steps)
        self.enlarge = nn.ModuleList(
            nn.ConvTranspose2d(b, a, 2, stride=2, bias=biases) for a, b in steps
        )
        self.up = nn.ModuleList(Block(width, biases) for width in widths[:-1])
        self.tail = nn.Conv2d(full, 1, 3, padding=1, bias=biases)
        for values in self.tail.parameters():
            nn.init.zeros_(values)

    def forward(self, image: Tensor) -> Tensor:
        """Restore ``(batch, 1, y, x)``, of sizes that are multiples of the stride."""
        maps = self.down[0](self.head(image))
        left = []
        for reduce, block in zip(self.reduce, self.down[1:], strict=True):
            left.append(maps)
            maps = block(reduce(maps))
        for enlarge, block in zip(reversed(self.enlarge), reversed(self.up), strict=True):
            maps = block(enlarge(maps) + left.pop())
        change: Tensor = self.tail(maps)
        return image + change
