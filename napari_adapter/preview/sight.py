"""What the window shows of a layer, in pixels of the layer's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.component import Array

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image

CORNERS = ((-1, -1), (-1, 1), (1, 1), (1, -1))


@dataclass(frozen=True)
class Sight:
    """A plane of the layer, and the part of it that lies in the window.

    Attributes
    ----------
    displayed : str
        The two axes that span the plane, as letters in the order of the layer's axes.
    corners : numpy.ndarray
        ``(4, 2)``: the window's corners along these axes, in turn; the centre of a pixel is at
        whole numbers. They may lie outside of the layer.
    at : mapping of str to int
        Where the plane is, along the layer's other axes.
    """

    displayed: str
    corners: Array
    at: Mapping[str, int]

    @property
    def centre(self) -> Array:
        """The window's centre, along `displayed`."""
        return np.asarray(self.corners.mean(axis=0))

    def sees(self, low: Array, high: Array) -> bool:
        """Say whether a rectangle of pixels lies in the window, wholly or in part.

        Parameters
        ----------
        low, high : numpy.ndarray
            Its first pixels along `displayed`, and those after its last.
        """
        box = np.array([low, (low[0], high[1]), high, (high[0], low[1])]) - 0.5
        # Two convex shapes are apart where a side of one of them has all of the other beyond it.
        sides = np.roll(self.corners, -1, axis=0) - self.corners
        across = np.vstack([np.eye(2), sides[:2, ::-1] * (1, -1)])
        ours, others = self.corners @ across.T, box @ across.T
        return bool(
            (
                (others.max(axis=0) > ours.min(axis=0)) & (others.min(axis=0) < ours.max(axis=0))
            ).all()
        )


def sight_of(viewer: ViewerModel, layer: Image, axes: str) -> Sight | None:
    """Return what the window shows of a layer in 2-D; None where that is no plane of it.

    Parameters
    ----------
    viewer : napari.Viewer
        The window.
    layer : napari.layers.Image
        One of its layers.
    axes : str
        A letter for each of its axes.
    """
    displayed = list(viewer.dims.displayed)
    own = [axis - viewer.dims.ndim + layer.ndim for axis in displayed]
    if min(own) < 0:
        return None
    centre = np.array(viewer.dims.point, float)
    centre[displayed] = camera_of(viewer).center[-2:]
    middle = np.round(layer.world_to_data(centre)).astype(int)
    sizes = layer.extent.data[1] + 1
    at = {letter: int(middle[axis]) for axis, letter in enumerate(axes) if axis not in own}
    if any(not 0 <= at[letter] < sizes[axes.index(letter)] for letter in at):
        return None
    half = viewbox(viewer) / 2 / camera_of(viewer).zoom
    corners = []
    for signs in CORNERS:
        corner = centre.copy()
        corner[displayed] += half * signs
        corners.append(np.asarray(layer.world_to_data(corner))[sorted(own)])
    return Sight("".join(axes[axis] for axis in sorted(own)), np.array(corners), at)


def camera_of(viewer: ViewerModel) -> Any:
    """Return the window's camera, which moved in napari 0.9."""
    return viewer.scene.camera if hasattr(viewer, "scene") else viewer.camera


def viewbox(viewer: ViewerModel) -> Array:
    """Return height and width, in pixels of the screen, of what shows a layer.

    Before napari 0.9 no public attribute told the size of the canvas.
    """
    if hasattr(viewer, "canvas"):
        size, grid = viewer.canvas.size, viewer.canvas.grid
    else:
        size, grid = viewer._canvas_size, viewer.grid
    views = grid.actual_shape(len(viewer.layers)) if grid.enabled else (1, 1)
    return np.array(size, float) / views
