"""Find constant fill: the margins of a mosaic, what was masked, what a camera did not expose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from debcr_core.order_statistics import quantiles
from debcr_core.statistics import extremes
from debcr_plugins.normalizers.counted import Counted

if TYPE_CHECKING:
    import xarray as xr

DARK_SHARE, BRIGHT_SHARE = 0.002, 0.01
"""Least shares of the pixels: less hardly reaches a percentile, or may be hot pixels."""
APART = 0.02
"""Least distance from the content, as a share of its range: nearer, fill does no harm."""
STEPS = 2
"""The same in steps of intensity: where photons are few, none is one step away from one photon."""


def constant_fill(
    image: xr.DataArray, ends: tuple[float, float, float, float]
) -> tuple[float, float]:
    """Return the intensities between which content lies: −∞ and ∞ where there is no fill.

    Fill is the smallest or the largest of all intensities, in at least that share of the pixels,
    and apart from the rest. A background without photons, or what was subtracted until nothing was
    left, is not; nor is an object that saturates, since its edge has all intensities up to that.

    Parameters
    ----------
    image : xarray.DataArray
        Possibly lazy.
    ends : tuple of float
        Its smallest pixel, those at these shares from either end, and the largest.
    """
    darkest, dark, bright, brightest = ends
    if darkest == brightest:
        return -np.inf, np.inf
    low = _dark_edge(image, darkest) if darkest == dark else -np.inf
    high = _bright_edge(image, brightest) if bright == brightest else np.inf
    return low, high


def _dark_edge(image: xr.DataArray, fill: float) -> float:
    """Return the intensity half-way between dark fill and content, −∞ if the two are not apart."""
    edge, opposite = quantiles(Counted(image, low=fill), [0.01, 0.99], "inverted_cdf")
    above = Counted(image, low=edge)
    if edge == opposite or not above.size:
        return -np.inf
    step = extremes(above)[0] - edge
    apart = edge - fill >= max(APART * (opposite - edge), STEPS * step)
    return (fill + edge) / 2 if apart else -np.inf


def _bright_edge(image: xr.DataArray, fill: float) -> float:
    """Return the same for bright fill, ∞ if the two are not apart."""
    content = Counted(image, high=fill)
    opposite, edge = quantiles(content, [0.01, 0.99], "inverted_cdf")
    below = Counted(image, high=edge)
    if edge == opposite or not below.size:
        return np.inf
    step, brightest = edge - extremes(below)[1], extremes(content)[1]
    apart = fill - brightest >= max(APART * (edge - opposite), STEPS * step)
    return (fill + brightest) / 2 if apart else np.inf
