"""What of an image the network does not see, and what comes back as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from debcr_core.components import Array, Floats, Position
from debcr_core.image import DIMS
from debcr_plugins.normalizers.hot_pixels import HotPixels


@dataclass(frozen=True, eq=False)
class HeldBack:
    """Fill, which is not between two intensities, hot and dead pixels, and most of what is bright.

    Attributes
    ----------
    floor, ceiling : numpy.ndarray
        float64, broadcastable to the blocks: between them is content; infinite without fill.
    most : numpy.ndarray
        The same: what is above is seen as this.
    hot : HotPixels
        Hot and dead pixels, at their places in the blocks.
    axes : str
        The axes of the blocks.
    """

    floor: Array
    ceiling: Array
    most: Array
    hot: HotPixels
    axes: str = DIMS

    def __bool__(self) -> bool:
        """Say whether anything may be held back."""
        bounds = (self.floor, self.ceiling, self.most)
        return len(self.hot.excess) > 0 or bool(np.isfinite(bounds).any())

    def at(self, position: Position) -> HeldBack:
        """Return what is held back of one part of the image (see `Normalization.at`)."""
        return HeldBack(
            part_of(self.floor, position),
            part_of(self.ceiling, position),
            part_of(self.most, position),
            self.hot.at(position),
            "".join(dim for dim, part in position.items() if isinstance(part, slice)),
        )

    def beyond(self, block: Array) -> Array:
        """Return which pixels of a block are fill."""
        return np.asarray((block <= self.floor) | (block >= self.ceiling))

    def seen(self, block: Array, otherwise: Array) -> Array:
        """Return what the network sees of a block, in float64.

        Hot pixels become what surrounds them. Fill becomes the mirror image of the content beside
        it, as beyond an image's edge: a network takes what is constant for free of noise, and
        leaves the noise of what is near. Where there is no content, it becomes `otherwise`.
        """
        pixels = self.hot.raised(block.astype(np.float64), -1)
        beyond = self.beyond(pixels)
        seen = np.minimum(pixels, self.most)
        if not beyond.any():
            return seen
        seen = np.where(beyond, otherwise, seen)
        frames = [size for size, axis in zip(seen.shape, self.axes, strict=True) if axis in "tc"]
        for frame in np.ndindex(*frames):
            if beyond[frame].any() and not beyond[frame].all():
                seen[frame] = _continued(seen[frame], beyond[frame])
        return seen

    def brought_back(self, restored: Floats, given: Array) -> Floats:
        """Return what was restored with what was held back, as it was.

        Parameters
        ----------
        restored, given : numpy.ndarray
            Of the same shape.
        """
        without_hot = self.hot.raised(given.astype(np.float64), -1)
        too_bright = np.maximum(without_hot - self.most, 0)
        raised = self.hot.raised(restored + too_bright, 1)
        return np.asarray(np.where(self.beyond(given), given, raised), np.float32)

    def record(self) -> dict[str, Any]:
        """Return all numbers, nested by t, c, z where they differ; None where infinite."""
        return {
            "floor": _finite(self.floor),
            "ceiling": _finite(self.ceiling),
            "most": _finite(self.most),
            "hot": {"places": self.hot.places.tolist(), "excess": self.hot.excess.tolist()},
        }

    @classmethod
    def recalled(cls, record: Mapping[str, Any]) -> Self:
        """Return what a record describes."""
        floor = _numbers(record["floor"], -np.inf)
        places = np.array(record["hot"]["places"], np.int64).reshape(-1, floor.ndim)
        return cls(
            floor,
            _numbers(record["ceiling"], np.inf),
            _numbers(record["most"], np.inf),
            HotPixels(places, np.array(record["hot"]["excess"], np.float64)),
        )


def _continued(frame: Array, beyond: Array) -> Array:
    """Return a plane or volume in which some pixels mirror the others, at the nearest of these."""
    from scipy.ndimage import distance_transform_edt

    nearest = distance_transform_edt(beyond, return_distances=False, return_indices=True)
    sides = np.array(frame.shape).reshape(-1, *[1] * frame.ndim)
    mirrored = 2 * nearest - np.indices(frame.shape)
    inside = ((mirrored >= 0) & (mirrored < sides)).all(axis=0)
    place = np.where(inside, mirrored, nearest)
    return np.asarray(frame[tuple(np.where(beyond[tuple(place)], nearest, place))])


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


def _numbers(listed: Any, infinite: float) -> Array:
    """Undo `_finite`."""
    values = np.array(listed, np.float64)
    return np.where(np.isnan(values), infinite, values)
