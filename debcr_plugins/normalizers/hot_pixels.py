"""Find hot and dead pixels and cosmic hits: a few pixels far above or below what surrounds them.

Whatever a lens has made reaches its neighbours: a point of light, even one smaller than a pixel,
leaves several per cent of its height in each pixel around (Gaussian of σ = 0.5: 8 %). What a sensor
makes does not. So a cluster of very bright pixels is hot where it is small and thin, far above the
noise around, and in a ring no brighter than the background.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.components import Array, Position
from debcr_core.image import loaded
from debcr_core.image_blocks import blocks_of

if TYPE_CHECKING:
    import xarray as xr

LONGEST = 64
"""Pixels of the largest cluster: a longer track or column is left alone."""
THICKEST = 3
"""Neighbours within the cluster that a pixel may have: a track has two, a square of four three."""
RING = 0.07
"""Height of the ring above the background, as a share of the cluster's, that tells light."""
NOISE = 12
"""Standard deviations of what surrounds a cluster that it must be above it.

Of 26 million pixels in simulated images of 0.5 to 20 photons, photon noise brought one there.
"""
MOST = 0.01
"""Share of the pixels above which they are what the image shows, not faults."""
AROUND = 3
"""Pixels to each side whose median is the background."""
WINDOW = 1024
"""Side of what is looked at once, pixels."""


@dataclass(frozen=True, eq=False)
class HotPixels:
    """Where hot and dead pixels are, and how far they stand above their surroundings.

    Attributes
    ----------
    places : numpy.ndarray
        int64 ``(pixel, dim)``.
    excess : numpy.ndarray
        float64 ``(pixel,)``, in the image's intensities; negative where they are dead.
    """

    places: Array
    excess: Array

    @classmethod
    def none(cls, dims: int) -> HotPixels:
        """Return no pixels of an image with so many dims."""
        return cls(np.empty((0, dims), np.int64), np.empty(0))

    @classmethod
    def together(cls, parts: Sequence[HotPixels]) -> HotPixels:
        """Return those of all parts, of which there is one at least, in the order of places."""
        places = np.concatenate([part.places for part in parts])
        order = np.lexsort(places.T[::-1])
        return cls(places[order], np.concatenate([part.excess for part in parts])[order])

    def moved(self, by: Sequence[int]) -> HotPixels:
        """Return the same pixels, so many indices further along each dim."""
        return HotPixels(self.places + np.array(by, np.int64), self.excess)

    def at(self, position: Position) -> HotPixels:
        """Return those in one part of the image, placed within it (see `Normalization.at`)."""
        sliced = [axis for axis, part in enumerate(position.values()) if isinstance(part, slice)]
        if not len(self.excess):
            return HotPixels.none(len(sliced))
        start, stop = np.array([_bounds(part) for part in position.values()]).T
        inside = ((start <= self.places) & (self.places < stop)).all(axis=1)
        return HotPixels((self.places[inside] - start)[:, sliced], self.excess[inside])

    def raised(self, block: Array, by: float) -> Array:
        """Return a block with so many times their excess added at their places."""
        if not len(self.excess):
            return block
        changed = block.copy()
        changed[tuple(self.places.T)] += by * self.excess
        return changed


def _bounds(part: int | slice) -> tuple[int, int]:
    return (part.start, part.stop) if isinstance(part, slice) else (part, part + 1)


def hot_pixels(image: xr.DataArray, limit: float, step: float, sign: int = 1) -> HotPixels:
    """Return the hot pixels of an image, or its dead ones, in the order of their places.

    Parameters
    ----------
    image : xarray.DataArray
        Possibly lazy, with ``y`` and ``x`` last. What is found does not depend on its chunks.
    limit : float
        Intensity above which pixels are suspected; of dead ones, below which.
    step : float
        Intensity of one photon, or less: by how much pixels differ at least.
    sign : int
        1 for hot pixels, -1 for dead ones.
    """
    found = [HotPixels.none(image.ndim)]
    for region, block in blocks_of(image):
        start = [part.start for part in region]
        suspected = block > limit if sign > 0 else block < limit
        for plane in np.argwhere(suspected.any(axis=(-2, -1))):
            for corner in _corners(block.shape[-2:]):
                window = suspected[(*plane, *(slice(edge, edge + WINDOW) for edge in corner))]
                if window.any():
                    place = np.add(start, (*plane, *corner))
                    found.append(_in_window(image, place, window.shape, limit, step, sign))
    everywhere = HotPixels.together(found)
    return everywhere if len(everywhere.excess) <= MOST * image.size else found[0]


def _corners(shape: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    for y in range(0, shape[0], WINDOW):
        for x in range(0, shape[1], WINDOW):
            yield y, x


def _in_window(
    image: xr.DataArray,
    place: Array,
    shape: tuple[int, ...],
    limit: float,
    step: float,
    sign: int,
) -> HotPixels:
    """Return those of one window, which are judged by what lies beyond its edges as well."""
    margin = LONGEST + AROUND
    first = np.maximum(place[-2:] - margin, 0)
    region = (*map(int, place[:-2]), *map(slice, first, place[-2:] + shape + margin))
    plane = loaded(image.isel(dict(zip(image.dims, region, strict=True)))).astype(np.float64)
    within, excess = _judged(sign * plane, sign * limit, step)
    within = within + first - place[-2:]
    mine = ((within >= 0) & (within < shape)).all(axis=1)
    places = place + np.pad(within[mine], ((0, 0), (len(place) - 2, 0)))
    return HotPixels(places, sign * excess[mine])


def _judged(plane: Array, limit: float, step: float) -> tuple[Array, Array]:
    """Return the hot pixels of a plane ``(pixel, 2)`` and their excess."""
    from scipy import ndimage

    suspected = plane > limit
    square = np.ones((3, 3), np.int8)
    labels, _ = ndimage.label(suspected, square)
    neighbours = ndimage.convolve(suspected.astype(np.int8), square, mode="constant") - 1
    size = np.bincount(labels.ravel())
    thick = ndimage.maximum(neighbours, labels, np.arange(len(size)))
    small = (size <= LONGEST) & (thick <= THICKEST)
    small[0] = False
    places = np.argwhere(small[labels])
    if not len(places):
        return places, np.empty(0)
    label = labels[tuple(places.T)]
    quiet = np.pad(np.where(suspected, np.nan, plane), AROUND, constant_values=np.nan)
    background, noise = _around(quiet, places)
    excess = plane[tuple(places.T)] - background
    above, ring, noise = (
        _mean_by(label, values)
        for values in (excess, _ring(quiet, places) - background, np.maximum(noise, step / 2))
    )
    hot = (ring <= RING * above) & (above > NOISE * noise)
    return places[hot], excess[hot]


def _around(quiet: Array, places: Array) -> tuple[Array, Array]:
    """Return median and standard deviation of what is not suspected around each place."""
    side = 2 * AROUND + 1
    windows = np.lib.stride_tricks.sliding_window_view(quiet, (side, side))
    # Never empty: a suspect that is not of the same cluster is not its neighbour.
    around = windows[tuple(places.T)].reshape(len(places), -1)
    return np.nanmedian(around, axis=1), np.nanstd(around, axis=1)


def _ring(quiet: Array, places: Array) -> Array:
    """Return the mean of what is not suspected among the eight neighbours of each place."""
    windows = np.lib.stride_tricks.sliding_window_view(quiet, (3, 3))
    neighbours = windows[tuple((places + AROUND - 1).T)].reshape(len(places), -1)
    count = np.isfinite(neighbours).sum(axis=1)
    # In the corner of an image all three may be of the same cluster.
    return np.asarray(np.nansum(neighbours, axis=1) / np.where(count, count, np.nan))


def _mean_by(label: Array, values: Array) -> Array:
    """Return, for each pixel, the mean over all pixels of its cluster."""
    return np.asarray((np.bincount(label, values) / np.maximum(np.bincount(label), 1))[label])
