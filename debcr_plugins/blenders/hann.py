"""Pass from tile to tile along a raised cosine."""

from __future__ import annotations

from debcr_core.components import Blender, Floats
from debcr_core.hookspecs import hookimpl
from debcr_core.separable import SeparableBlender, ramp


class Hann(SeparableBlender):
    """Pass from tile to tile along a raised cosine, sin², over the overlap.

    Sampled at the pixels' centres, so that no weight is zero; the image's border, where there is
    no neighbour, has full weight.
    """

    name = "hann"

    def window(self, size: int, before: int, after: int) -> Floats:
        """Return sin² ramps over the overlaps, ones between them."""
        import numpy as np

        return ramp(size, before, after, lambda share: np.sin(np.pi / 2 * share) ** 2)


@hookimpl
def debcr_blenders() -> list[type[Blender]]:
    """Offer the blender."""
    return [Hann]
