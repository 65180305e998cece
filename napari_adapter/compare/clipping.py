"""A layer of which one side is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from napari_adapter.compare.canvas import node_of

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image


class Clipped:
    """Has a layer drawn on one side of a line only.

    The graphics card leaves the other side out: neither the layer nor what is uploaded of it
    changes, whichever plane or level is in view.

    Parameters
    ----------
    viewer : napari.Viewer
        Shows it, in 2-D.
    layer : napari.layers.Image
        The layer.

    Raises
    ------
    UsageError
        As `node_of`.
    """

    def __init__(self, viewer: ViewerModel, layer: Image) -> None:
        from vispy.visuals.filters.clipping_planes import PlanesClipper

        self._viewer, self._layer = viewer, layer
        self._filter = PlanesClipper(coord_system="scene")
        self._node = node_of(viewer, layer)
        self._node.attach(self._filter)
        layer.events.set_data.connect(self._follow)

    def keep(self, position: tuple[float, float], direction: tuple[float, float]) -> None:
        """Draw what lies on one side of a line.

        Parameters
        ----------
        position, direction : tuple of float
            A point of the line, and which way from it pixels are kept, in the world's ``(y, x)``.
        """
        (y, x), (down, right) = position, direction
        self._filter.clipping_planes = np.array([[(x, y, 0), (right, down, 0)]], np.float32)
        self._node.update()

    def _follow(self, _: Any = None) -> None:
        """Stay on what draws the layer: for large data it is another node, or more tiles."""
        from vispy.visuals import CompoundVisual

        node = node_of(self._viewer, self._layer)
        if node is not self._node or isinstance(node, CompoundVisual):
            self._node.detach(self._filter)
            self._node = node
            self._node.attach(self._filter)

    def close(self) -> None:
        """Draw the layer whole."""
        self._layer.events.set_data.disconnect(self._follow)
        self._node.detach(self._filter)
        self._node.update()
