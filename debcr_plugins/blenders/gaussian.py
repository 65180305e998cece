"""Weigh a tile's centre more than its border."""

from __future__ import annotations

from pydantic import Field

from debcr_core.components import Blender, Floats
from debcr_core.hookspecs import hookimpl
from debcr_core.separable import SeparableBlender

FLOOR = 1e-3


class Gaussian(SeparableBlender):
    """Weigh tiles by a Gaussian around their centre.

    Along each axis the weight is at least a thousandth of the centre's: products of three axes
    would otherwise vanish in float32, and leave pixels that only a tile's border serves undefined.
    """

    name = "gaussian"

    sigma: float = Field(
        0.125, ge=0.05, le=10, description="Standard deviation as a share of the tile's side."
    )

    def window(self, size: int, before: int, after: int) -> Floats:  # noqa: ARG002
        """Return a Gaussian around the middle of the served pixels, not below `FLOOR`."""
        import numpy as np

        distance = (np.arange(size) - (size - 1) / 2) / (self.sigma * size)
        return np.maximum(np.exp(-(distance**2) / 2), FLOOR).astype(np.float32)


@hookimpl
def debcr_blenders() -> list[type[Blender]]:
    """Offer the blender."""
    return [Gaussian]
