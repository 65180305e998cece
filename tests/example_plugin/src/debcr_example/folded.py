"""What a published network does before and after itself: of torch alone, for its bundle."""

from __future__ import annotations

import torch
from torch import nn


class AnscombeLayer(nn.Module):
    """Counts of a camera to a scale on which their noise is even."""

    def __init__(self, gain: float, offset: float, read_noise: float, scale: float) -> None:
        super().__init__()
        self.gain, self.offset, self.scale = gain, offset, scale
        self.added = 0.375 + read_noise**2

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Map counts to the network's scale."""
        photons = (image - self.offset) / self.gain + self.added
        return 2 * photons.clamp(min=0).sqrt() / self.scale


class UnbiasedInverse(nn.Module):
    """From that scale to counts, without bias."""

    def __init__(self, gain: float, offset: float, read_noise: float, scale: float) -> None:
        super().__init__()
        self.gain, self.offset, self.scale = gain, offset, scale
        self.taken = 0.125 + read_noise**2

    def forward(self, output: torch.Tensor) -> torch.Tensor:
        """Map the network's scale to counts."""
        z = (output * self.scale).clamp(min=1.224744871391589)
        root = 1.224744871391589
        photons = z**2 / 4 + root / (4 * z) - 11 / (8 * z**2) + 5 * root / (8 * z**3) - self.taken
        return photons * self.gain + self.offset
