"""Tiles pass into each other along a power of the distance to their edge."""

from __future__ import annotations

from pydantic import Field

from debcr_core import SeparableBlender, hookimpl, ramp


class Power(SeparableBlender):
    """Weights that rise as a power of the share of the overlap."""

    name = "power"

    exponent: float = Field(2.0, gt=0, le=10, description="How steeply they rise.")

    def window(self, size, before, after):
        """Return the weights along one axis."""
        return ramp(size, before, after, lambda share: share**self.exponent)


@hookimpl
def debcr_blenders():
    """Offer the blender."""
    return [Power]
