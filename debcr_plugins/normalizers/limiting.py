"""Limit intensities to 0…1 in the published network: consumers differ in which steps they know."""

from __future__ import annotations

from torch import Tensor, nn


class Limited(nn.Module):
    """Limits its input to 0…1, the range that the network was trained on."""

    def forward(self, image: Tensor) -> Tensor:
        """Return the image, limited."""
        return image.clamp(0, 1)
