"""Average the tiles."""

from __future__ import annotations

from debcr_core.components import Blender, Floats
from debcr_core.hookspecs import hookimpl
from debcr_core.separable import SeparableBlender


class Mean(SeparableBlender):
    """Average all tiles that serve a pixel, with equal weights."""

    name = "mean"

    def window(self, size: int, before: int, after: int) -> Floats:  # noqa: ARG002
        """Return ones."""
        import numpy as np

        return np.ones(size, np.float32)


@hookimpl
def debcr_blenders() -> list[type[Blender]]:
    """Offer the blender."""
    return [Mean]
