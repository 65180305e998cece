"""The network of volumes itself, of torch alone."""

from __future__ import annotations

import torch
from torch import nn


class VolumeNetwork(nn.Module):
    """Two convolutions whose output is added to their input."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.first = nn.Conv3d(1, maps, 3, padding=1)
        self.second = nn.Conv3d(maps, 1, 3, padding=1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Map ``(batch, 1, z, y, x)`` to the same shape."""
        return image + self.second(torch.relu(self.first(image)))
