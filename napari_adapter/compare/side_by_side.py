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
        layers, grid = self.viewer.layers, grid_of(self.viewer)
        self.show_only(before, after)
        # So many layers share a cell that after is the first of the second cell, and before is in
        # the first; a negative number counts from the list's other end.
        first, second = layers.index(before), layers.index(after)
        stride = second if first < second else second + 1 - len(layers)
        self.borrowed.set(grid, "stride", stride)
        self.borrowed.set(grid, "shape", (1, 2))
        self.borrowed.set(grid, "enabled", True)
