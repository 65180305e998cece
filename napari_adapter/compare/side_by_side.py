"""Before and after beside one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_adapter.compare.canvas import grid_of
from napari_adapter.compare.views import View

if TYPE_CHECKING:
    from napari.layers import Image


class SideBySide(View):
    """Before to the left and after to the right, under one camera."""

    def begin(self, before: Image, after: Image) -> None:
        """Show both in napari's grid, other images not."""
        apart = self.viewer.layers.index(after) - self.viewer.layers.index(before)
        grid = grid_of(self.viewer)
        self.show_only(before, after)
        # Layers share a cell by this many, so that these two lie in neighbouring ones; a negative
        # number counts from the list's other end.
        self.borrowed.set(grid, "stride", apart)
        self.borrowed.set(grid, "shape", (1, 2))
        self.borrowed.set(grid, "enabled", True)
