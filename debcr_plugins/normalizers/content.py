"""What of an image counts for its statistics: all but constant fill and hot pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from debcr_core.order_statistics import quantiles
from debcr_core.statistics import Sifted, extremes
from debcr_plugins.normalizers.constant_fill import SHARE, constant_fill
from debcr_plugins.normalizers.counted import Counted
from debcr_plugins.normalizers.hot_pixels import HotPixels, hot_pixels

if TYPE_CHECKING:
    import xarray as xr

LOOKED_AT = [0, SHARE, 0.5, 1 - SHARE, 1]
NEAREST: Final = "inverted_cdf"
SMALLEST = 1024
"""Pixels below which an image says nothing about what is usual in it."""
SUSPECTED = 3
"""Pixels are suspected this many times the image's range (percentiles 1 to 99) above its median."""
DARKEST = 0.5
"""What is so much of the range below percentile 1 is dead, and no noise: 4.6 σ, were all of it."""


@dataclass(frozen=True, eq=False)
class Content:
    """What of an image counts, and what of the rest must not reach the network as it is.

    Attributes
    ----------
    counted : xarray.DataArray or Sifted
        What counts.
    floor, ceiling : float
        Below and above are fill and dead pixels.
    hot : HotPixels
        Those found.
    """

    counted: xr.DataArray | Sifted
    floor: float = -np.inf
    ceiling: float = np.inf
    hot: HotPixels = field(default_factory=lambda: HotPixels.none(0))


def content_of(image: xr.DataArray) -> Content:
    """Tell an image's content from fill and hot pixels.

    Parameters
    ----------
    image : xarray.DataArray
        A plane, a volume or more, possibly lazy. Clean ones are read once for every 16 bits of a
        pixel, others several times.
    """
    everything = Content(image, hot=HotPixels.none(image.ndim))
    if image.size < SMALLEST or image.dtype.kind not in "iuf":
        return everything
    shown: xr.DataArray | Sifted = image
    darkest, dark, middle, bright, brightest = quantiles(image, LOOKED_AT, NEAREST)
    low, high = constant_fill(image, (darkest, dark, bright, brightest))
    if low > -np.inf or high < np.inf:
        shown = Counted(image, low, high)
        darkest, dark, middle, bright, brightest = quantiles(shown, LOOKED_AT, NEAREST)
    span = bright - dark
    if not span:
        return everything
    if darkest < dark - DARKEST * span:
        low = max(low, dark - DARKEST * span)
        shown = Counted(image, low, high)
    limit = middle + SUSPECTED * span
    hot = everything.hot
    if brightest > limit:
        hot = hot_pixels(image, limit, extremes(Counted(image, low=middle))[0] - middle)
    counted = Counted(image, low, high, hot.places) if len(hot.excess) else shown
    return Content(counted, low, high, hot)
