"""Stretch the contrast of a restored image for looking at, not for measuring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from debcr_core.components import Array, Floats
from debcr_core.order_statistics import percentiles

if TYPE_CHECKING:
    import xarray as xr

LOW, HIGH = 0.1, 99.9


@dataclass(frozen=True)
class Stretch:
    """Maps the percentiles 0.1 and 99.9 of each channel to the ends of the output's range.

    Attributes
    ----------
    low, high : tuple of float
        These percentiles, of each channel of the restored image.
    top : float
        The end of the range: the largest value of an integer type, 1 for real numbers.
    first : int
        Number of the channel that the first of these percentiles is of.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    top: float
    first: int = 0

    @classmethod
    def fit(cls, image: xr.DataArray, dtype: np.dtype[Any], first: int = 0) -> Self:
        """Take the percentiles of a restored image, lazy or in memory, for a pixel type."""
        channels = range(image.sizes["c"]) if "c" in image.dims else [None]
        parts = [image if number is None else image.isel(c=[number]) for number in channels]
        low, high = zip(*(percentiles(part, LOW, HIGH) for part in parts), strict=True)
        top = float(np.iinfo(dtype).max) if dtype.kind in "iu" else 1.0
        return cls(low, high, top, first)

    @classmethod
    def recalled(cls, record: Mapping[str, Any]) -> Self:
        """Return the one that `record` describes."""
        return cls(tuple(record["low"]), tuple(record["high"]), float(record["top"]))

    def record(self) -> dict[str, Any]:
        """Return the fitted values, as JSON can hold them."""
        return {"low": list(self.low), "high": list(self.high), "top": self.top}

    def apply(self, block: Floats, channels: slice, axis: int | None) -> Floats:
        """Stretch a block, clipped to the range; a constant channel becomes 0.

        Parameters
        ----------
        block : numpy.ndarray
            Part of the restored image.
        channels : slice
            Which channels it is of.
        axis : int or None
            Its channel axis; None where there is none.
        """
        shape = [1] * block.ndim
        if axis is not None:
            shape[axis] = block.shape[axis]
        own = slice(channels.start - self.first, channels.stop - self.first)
        low, high = (_along(values[own], shape) for values in (self.low, self.high))
        span = np.where(high > low, high - low, 1.0)
        stretched = np.clip((block.astype(np.float64) - low) / span, 0, 1) * self.top
        return np.asarray(stretched, np.float32)


def _along(values: tuple[float, ...], shape: list[int]) -> Array:
    return np.array(values, np.float64).reshape(shape)
