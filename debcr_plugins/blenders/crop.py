"""Take each pixel from one tile."""

from __future__ import annotations

from debcr_core.components import Blender, Floats
from debcr_core.hookspecs import hookimpl
from debcr_core.separable import SeparableBlender


class Crop(SeparableBlender):
    """Take each pixel from one tile: where two overlap, change over in the middle."""

    name = "crop"

    def window(self, size: int, before: int, after: int) -> Floats:
        """Return ones, and zeros on the outer half of each overlap."""
        import numpy as np

        window = np.zeros(size, np.float32)
        window[before // 2 : size - (after - after // 2)] = 1
        return window


@hookimpl
def debcr_blenders() -> list[type[Blender]]:
    """Offer the blender."""
    return [Crop]
