"""Where an image shows something: a coarse map, so that empty background does not dominate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from debcr_core.components import Array, Floats, Region

BAND = 512
"""Rows that are read at once, about; single-strip TIFFs are decoded once for each band."""

BACKGROUND = 0.05
"""How likely a block without signal is, against one with: a network must know background, too."""


@dataclass(frozen=True)
class SignalMap:
    """Blocks of a frame, and how likely each is to be chosen.

    Attributes
    ----------
    block : tuple of int
        Pixels of a block along each axis.
    shape : tuple of int
        Blocks along each axis.
    cumulated : numpy.ndarray
        float64: the blocks' probabilities, row by row, added up.
    """

    block: tuple[int, ...]
    shape: tuple[int, ...]
    cumulated: npt.NDArray[np.float64]

    def draw(self, rng: np.random.Generator) -> tuple[int, ...]:
        """Return a pixel of a block that was chosen."""
        chosen = int(np.searchsorted(self.cumulated, rng.random(), side="right"))
        corner = np.unravel_index(min(chosen, len(self.cumulated) - 1), self.shape)
        return tuple(
            int(index) * side + int(rng.integers(side))
            for index, side in zip(corner, self.block, strict=True)
        )


def signal_map(
    read: Callable[[Region], Floats], shape: tuple[int, ...], block: tuple[int, ...]
) -> SignalMap:
    """Make the map of a frame, from means of blocks, band by band.

    Blocks brighter than Li's threshold show something (minimum cross-entropy,
    `skimage.filters.threshold_li`, https://doi.org/10.1016/S0167-8655(98)00057-9); others keep
    a small probability.

    Parameters
    ----------
    read : callable
        Returns a region of the frame, ``(channel, [z,] y, x)``.
    shape, block : tuple of int
        Pixels of the frame, and of a block, along each axis.
    """
    rows = block[0] * ceil(BAND / block[0])
    starts = range(0, shape[0], rows)
    rest = tuple(slice(0, size) for size in shape[1:])
    bands = [read((slice(start, min(start + rows, shape[0])), *rest)) for start in starts]
    means = np.concatenate([_block_means(band.mean(axis=0), block) for band in bands])
    weights = np.where(_shows_something(means), 1.0, BACKGROUND)
    return SignalMap(block, means.shape, np.cumsum(weights / weights.sum()))


def _block_means(values: Array, block: tuple[int, ...]) -> Array:
    """Return means of blocks, of which those at the ends may be smaller."""
    for axis, side in enumerate(block):
        starts = np.arange(0, values.shape[axis], side)
        sizes = np.diff([*starts, values.shape[axis]])
        sums = np.add.reduceat(values, starts, axis, dtype=np.float64)
        values = sums / sizes.reshape([-1 if other == axis else 1 for other in range(values.ndim)])
    return values


def _shows_something(means: Array) -> npt.NDArray[np.bool_]:
    from skimage.filters import threshold_li

    if means.min() == means.max():
        return np.ones(means.shape, bool)
    return np.asarray(means > threshold_li(means))
