"""What of an image counts for its statistics: all but constant fill, hot and dead pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from debcr_core.order_statistics import Tallied, quantiles
from debcr_core.statistics import Sifted, extremes
from debcr_plugins.normalizers.constant_fill import BRIGHT_SHARE, DARK_SHARE, constant_fill
from debcr_plugins.normalizers.counted import Counted
from debcr_plugins.normalizers.hot_pixels import HotPixels, hot_pixels

if TYPE_CHECKING:
    import xarray as xr

NEAREST: Final = "inverted_cdf"
LOOKED_AT = [0, 0.001, DARK_SHARE, 0.01, 0.5, 1 - BRIGHT_SHARE, 0.999, 1]
SMALLEST = 1024
"""Pixels below which an image says nothing about what is usual in it."""
FAR_ABOVE = 3
"""Pixels are suspected this many times the image's range (percentiles 1 to 99) above its median."""
FAR_BELOW = 2
"""The same below it, where photon noise reaches less far."""
BRIGHTEST = 5
"""What is brighter is seen as this many times the range between percentiles 0.1 and 99.9.

In 60 simulated images (9 kinds, 5 to 300 photons) none was, and with 3 times the worst lost 2.8 dB.
"""


@dataclass(frozen=True, eq=False)
class Content:
    """What of an image counts, and what of the rest must not reach the network as it is.

    Attributes
    ----------
    counted : xarray.DataArray or Sifted
        What counts.
    hot : HotPixels
        Hot and dead pixels.
    floor, ceiling : float
        Not between them is fill.
    most : float
        What is above is seen as this.
    """

    counted: xr.DataArray | Sifted
    hot: HotPixels
    floor: float = -np.inf
    ceiling: float = np.inf
    most: float = np.inf

    @classmethod
    def whole(cls, image: xr.DataArray) -> Self:
        """Return all of an image."""
        return cls(image, HotPixels.none(image.ndim))


def content_of(image: xr.DataArray) -> Content:
    """Tell an image's content from fill, hot and dead pixels.

    Parameters
    ----------
    image : xarray.DataArray
        A plane, a volume or more, possibly lazy. Clean ones are read once for every 16 bits of a
        pixel, others several times.
    """
    if image.size < SMALLEST or image.dtype.kind not in "iuf":
        return Content.whole(image)
    counted = Tallied(image)
    places = quantiles(counted, LOOKED_AT, NEAREST)
    floor, ceiling = constant_fill(image, (places[0], places[2], places[-3], places[-1]))
    if floor > -np.inf or ceiling < np.inf:
        counted = Tallied(Counted(image, floor, ceiling))
        places = quantiles(counted, LOOKED_AT, NEAREST)
    hot = _outliers(image, places)
    if len(hot.excess):
        counted = Tallied(Counted(image, floor, ceiling, hot.places))
        places = quantiles(counted, LOOKED_AT, NEAREST)
    span = places[-2] - places[1]
    most = places[1] + BRIGHTEST * span if span else np.inf
    return Content(counted, hot, floor, ceiling, most if most < places[-1] else np.inf)


def _outliers(image: xr.DataArray, places: list[float]) -> HotPixels:
    """Return the hot and the dead pixels of an image, by what lies at `LOOKED_AT` of it."""
    darkest, least, _, dark, middle, bright, most, brightest = places
    # Where nearly all is without photons, only the outermost percentiles differ.
    span = bright - dark or most - least
    above, below = middle + FAR_ABOVE * span, middle - FAR_BELOW * span
    limits = {}
    if span and brightest > above:
        limits[1] = above
    if span and darkest < below:
        limits[-1] = below
    found = [HotPixels.none(image.ndim)]
    if limits:
        step = extremes(Counted(image, low=middle))[0] - middle
        found += [hot_pixels(image, limit, step, sign) for sign, limit in limits.items()]
    return HotPixels.together(found)
