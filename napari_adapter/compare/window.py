"""Pixels of layers along a line, or around a point, of the plane in view.

Places are taken from the viewer in the main thread; pixels are read by another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.evaluation import Values
from debcr_core.image import computed
from napari_adapter.images.pixels import array_of

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image

WorldPoint = Sequence[float] | Values


@dataclass(frozen=True)
class Place:
    """Points in the data of a layer, all in the plane in view.

    Attributes
    ----------
    pixels : array
        The layer's data, of a pyramid the finest; perhaps lazy.
    points : numpy.ndarray
        ``(point, axis)``, in pixels; integers along axes that are not in view.
    shown : tuple of int
        The axes in view.
    rgb : bool
        Whether a last axis, beside those of `points`, holds colours.
    """

    pixels: Any
    points: Values
    shown: tuple[int, ...]
    rgb: bool

    def read(self, low: Values, high: Values) -> tuple[Values, Values]:
        """Return the pixels of a box, cut to the data; of colours, their mean.

        Parameters
        ----------
        low, high : numpy.ndarray
            First pixel, and the one after the last, along each axis.

        Returns
        -------
        tuple of numpy.ndarray
            float64 pixels, and the first pixel along each axis.
        """
        shape = self.pixels.shape[: len(low)]
        first = np.clip(low, 0, shape).astype(int)
        last = np.clip(high, first, shape).astype(int)
        box = tuple(slice(a, b) for a, b in zip(first, last, strict=True))
        values = np.asarray(computed(self.pixels[box]), np.float64)
        return (values[..., :3].mean(axis=-1) if self.rgb else values), first


def place_of(viewer: ViewerModel, layer: Image, points: Sequence[WorldPoint]) -> Place:
    """Return where points of the world are in a layer; in the main thread.

    Parameters
    ----------
    viewer : napari.Viewer
        Shows the layer.
    layer : napari.layers.Image
        The layer.
    points : sequence
        In the world, with a number for each axis of the viewer.
    """
    missing = viewer.dims.ndim - layer.ndim
    shown = tuple(axis - missing for axis in viewer.dims.displayed if axis >= missing)
    inside = np.array([layer.world_to_data(point) for point in points], np.float64)
    hidden = [axis for axis in range(layer.ndim) if axis not in shown]
    inside[:, hidden] = np.round(inside[:, hidden])
    return Place(array_of(layer), inside, shown, bool(layer.rgb))


def values_along(place: Place, count: int) -> Values:
    """Return pixels along the line between two points, interpolated linearly.

    Returns
    -------
    numpy.ndarray
        float64 ``(count,)``; NaN beyond the layer's borders.
    """
    from scipy.ndimage import map_coordinates

    points = np.linspace(place.points[0], place.points[-1], count)
    shape = np.array(place.pixels.shape[: points.shape[1]])
    outside = ((points < -0.5) | (points > shape - 0.5)).any(axis=1)
    if outside.all():
        return np.full(count, np.nan)
    points = np.clip(points, 0, shape - 1)
    values, first = place.read(np.floor(points.min(axis=0)), np.floor(points.max(axis=0)) + 2)
    found = map_coordinates(values, (points - first).T, order=1, mode="nearest")
    return np.where(outside, np.nan, found)


def values_around(place: Place, side: int) -> Values:
    """Return the square of pixels around a point, cut at the layer's borders.

    Returns
    -------
    numpy.ndarray
        float64, 2-D, at most `side` pixels along each axis; empty beyond the layer's borders.
    """
    centre = np.floor(place.points[0] + 0.5)
    low = centre.copy()
    high = centre + 1
    shown = list(place.shown)
    low[shown] -= side // 2
    high[shown] = low[shown] + side
    shape = np.array(place.pixels.shape[: len(centre)])
    if ((centre < 0) | (centre >= shape)).any():
        return np.empty((0, 0))
    values, _ = place.read(low, high)
    hidden = tuple(axis for axis in range(values.ndim) if axis not in place.shown)
    return values.squeeze(hidden)
