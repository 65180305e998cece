"""RCAN."""

import torch
from torch import Tensor, nn


class Attention(nn.Module):
    """Weigh maps by a number each, found from their means."""

    def __init__(self, maps: int, reduction: int) -> None:
        super().__init__()
        within = max(maps // reduction, 1)
        self.reduce = nn.Conv2d(maps, within, 1)
        self.widen = nn.Conv2d(within, maps, 1)

    def forward(self, maps: Tensor) -> Tensor:
        """Map ``(batch, maps, y, x)`` to the same shape."""
        means = maps.mean(dim=(2, 3), keepdim=True)
        return maps * torch.sigmoid(self.widen(torch.relu(self.reduce(means))))


class AttentionBlock(nn.Module):
    """Two convolutions whose maps are weighed, added to what enters."""

    def __init__(self, maps: int, reduction: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(maps, maps, 3, padding=1)
        self.second = nn.Conv2d(maps, maps, 3, padding=1)
        self.attention = Attention(maps, reduction)

    def forward(self, maps: Tensor) -> Tensor:
        """Map ``(batch, maps, y, x)`` to the same shape."""
        change: Tensor = self.attention(self.second(torch.relu(self.first(maps))))
        return maps + change


class Added(nn.Module):
    """Modules in a row and a 3×3 convolution, added to what enters."""

    def __init__(self, maps: int, within: list[nn.Module]) -> None:
        super().__init__()
        self.within = nn.Sequential(*within, nn.Conv2d(maps, maps, 3, padding=1))

    def forward(self, maps: Tensor) -> Tensor:
        """Map ``(batch, maps, y, x)`` to the same shape."""
        change: Tensor = self.within(maps)
        return maps + change


class RCANetwork(nn.Module):
    """Residual channel attention network (see `debcr_plugins.rivals.rcan.RCAN`).

    Parameters
    ----------
    groups, blocks
        Residual groups, and blocks in each of them.
    maps
        Maps between the convolutions.
    reduction
        How many times fewer maps the attention has within.
    """

    def __init__(self, groups: int, blocks: int, maps: int, reduction: int) -> None:
        super().__init__()
        self.head = nn.Conv2d(1, maps, 3, padding=1)
        self.body = Added(
            maps,
            [
                Added(maps, [AttentionBlock(maps, reduction) for _ in range(blocks)])
                for _ in range(groups)
            ],
        )
        self.tail = nn.Conv2d(maps, 1, 3, padding=1)

    def forward(self, image: Tensor) -> Tensor:
        """Restore ``(batch, 1, y, x)``."""
        restored: Tensor = self.tail(self.body(self.head(image)))
        return restored
