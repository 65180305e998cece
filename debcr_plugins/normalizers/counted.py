"""The pixels of an image that count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Array
from debcr_core.image_blocks import blocks_of
from debcr_core.statistics import finite

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, eq=False)
class Counted:
    """Pixels between two intensities, except at some places: what statistics are taken of.

    Attributes
    ----------
    image : xarray.DataArray
        All pixels.
    low, high : float
        Pixels between these count.
    left_out : numpy.ndarray or None
        int64 ``(pixel, dim)``: places that do not count.
    """

    image: xr.DataArray
    low: float = -np.inf
    high: float = np.inf
    left_out: Array | None = None

    @property
    def dtype(self) -> np.dtype[Any]:
        """The pixels' type."""
        dtype: np.dtype[Any] = self.image.dtype
        return dtype

    @cached_property
    def size(self) -> int:
        """How many count."""
        return sum(block.size for block in self.blocks())

    def blocks(self) -> Iterator[Array]:
        """Yield what counts, one-dimensional."""
        for region, block in blocks_of(self.image):
            counts = (block > self.low) & (block < self.high)
            if self.left_out is not None:
                within = self.left_out - [part.start for part in region]
                inside = ((within >= 0) & (within < block.shape)).all(axis=1)
                counts[tuple(within[inside].T)] = False
            if counts.any():
                yield finite(block[counts])
