"""What of an image the network does not see, and what comes back as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from debcr_core.components import Array, Floats, Position
from debcr_plugins.normalizers.hot_pixels import HotPixels


@dataclass(frozen=True, eq=False)
class HeldBack:
    """Fill and dead pixels, which are beyond two intensities, and hot pixels at their places.

    Attributes
    ----------
    floor, ceiling : numpy.ndarray
        float64, broadcastable to the blocks; infinite where nothing is held back.
    hot : HotPixels
        Places in the blocks.
    """

    floor: Array
    ceiling: Array
    hot: HotPixels

    def __bool__(self) -> bool:
        """Say whether anything may be held back."""
        return len(self.hot.excess) > 0 or bool(np.isfinite([self.floor, self.ceiling]).any())

    def at(self, position: Position) -> HeldBack:
        """Return what is held back of one part of the image (see `Normalization.at`)."""
        floor, ceiling = part_of(self.floor, position), part_of(self.ceiling, position)
        return HeldBack(floor, ceiling, self.hot.at(position))

    def beyond(self, block: Array) -> Array:
        """Return which pixels of a block are fill or dead."""
        return np.asarray((block <= self.floor) | (block >= self.ceiling))

    def seen(self, block: Array, otherwise: Array) -> Array:
        """Return what the network sees of a block, in float64.

        Hot pixels become what surrounds them. Fill becomes the mirror image of the content beside
        it, as beyond an image's edge: a network takes what is constant for free of noise, and
        leaves the noise of what is near. Where there is no content, it becomes `otherwise`.
        """
        pixels = self.hot.raised(block.astype(np.float64), -1)
        beyond = self.beyond(pixels)
        if not beyond.any():
            return pixels
        filled = np.where(beyond, otherwise, pixels)
        for plane in np.ndindex(pixels.shape[:-2]):
            if beyond[plane].any() and not beyond[plane].all():
                filled[plane] = _continued(filled[plane], beyond[plane])
        return filled

    def brought_back(self, restored: Floats, given: Array) -> Floats:
        """Return what was restored with what was held back, as it was.

        Parameters
        ----------
        restored, given : numpy.ndarray
            Of the same shape.
        """
        raised = self.hot.raised(restored, 1)
        return np.asarray(np.where(self.beyond(given), given, raised), np.float32)

    def record(self) -> dict[str, Any]:
        """Return all numbers, nested by t, c, z where they differ; None where infinite."""
        return {
            "floor": _finite(self.floor),
            "ceiling": _finite(self.ceiling),
            "hot": {"places": self.hot.places.tolist(), "excess": self.hot.excess.tolist()},
        }

    @classmethod
    def recalled(cls, record: Mapping[str, Any]) -> Self:
        """Return what a record describes."""
        floor = np.array(record["floor"], np.float64)
        places = np.array(record["hot"]["places"], np.int64).reshape(-1, floor.ndim)
        return cls(
            np.where(np.isnan(floor), -np.inf, floor),
            np.nan_to_num(np.array(record["ceiling"], np.float64), nan=np.inf),
            HotPixels(places, np.array(record["hot"]["excess"], np.float64)),
        )


def _continued(plane: Array, beyond: Array) -> Array:
    """Return a plane in which some pixels mirror the others, at the nearest of these."""
    from scipy.ndimage import distance_transform_edt

    nearest = distance_transform_edt(beyond, return_distances=False, return_indices=True)
    sides = np.array(plane.shape).reshape(2, 1, 1)
    mirrored = 2 * nearest - np.indices(plane.shape)
    inside = ((mirrored >= 0) & (mirrored < sides)).all(axis=0)
    place = np.where(inside, mirrored, nearest)
    y, x = np.where(beyond[tuple(place)], nearest, place)
    return np.asarray(plane[y, x])


def part_of(values: Array, position: Position) -> Array:
    """Index an array that has length one along the axes over which it is constant."""
    index = tuple(
        place if size > 1 else (0 if isinstance(place, int) else slice(None))
        for size, place in zip(values.shape, position.values(), strict=True)
    )
    return np.asarray(values[index])


def _finite(values: Array) -> Any:
    """Return nested lists, as JSON can hold them."""
    listed = values.astype(object)
    listed[~np.isfinite(values)] = None
    return listed.tolist()
