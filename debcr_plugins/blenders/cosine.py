"""Pass from tile to tile along a sine."""

from __future__ import annotations

from debcr_core.components import Blender, Floats
from debcr_core.hookspecs import hookimpl
from debcr_core.separable import SeparableBlender, ramp


class Cosine(SeparableBlender):
    """Pass from tile to tile along a quarter of a sine over the overlap."""

    name = "cosine"

    def window(self, size: int, before: int, after: int) -> Floats:
        """Return sine ramps over the overlaps, ones between them."""
        import numpy as np

        return ramp(size, before, after, lambda share: np.sin(np.pi / 2 * share))


@hookimpl
def debcr_blenders() -> list[type[Blender]]:
    """Offer the blender."""
    return [Cosine]
