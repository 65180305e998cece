"""Single pixels and thin tracks far from all about them: hot and dead pixels, cosmic rays."""

from __future__ import annotations

import numpy as np

from debcr_core.evaluation import Values
from debcr_core.verdict.fill import Mask

SQUARE = 5
"""Side of the square of neighbours; a track of two pixels' width leaves most of them alone."""
FAR = 5.0
"""How many times as far from the median as the other side's neighbours: 9 σ of noise."""
USUAL = (0.02, 0.5, 0.98)
"""Quantiles: the ends and the middle of an image's usual range of brightness."""
BEYOND = 3.0
"""How many times that range a spike is away from its middle: single photons are no spikes."""


def without_spikes(pixels: Values, shown: Mask) -> Values:
    """Return pixels with spikes replaced by the median of their neighbours.

    Parameters
    ----------
    pixels : numpy.ndarray
        ``(y, x)``.
    shown : numpy.ndarray
        ``(y, x)``: which of them are not fill.
    """
    dark, middle, bright = np.quantile(pixels[shown], USUAL)
    suspected = np.abs(pixels - middle) > BEYOND * (bright - dark)
    if bright == dark or not suspected.any():
        return pixels
    around = np.lib.stride_tricks.sliding_window_view(
        np.pad(pixels, SQUARE // 2, mode="reflect"), (SQUARE, SQUARE)
    )
    ranked = np.sort(around[suspected].reshape(-1, SQUARE**2), axis=1)
    low, usual, high = ranked[:, [1, SQUARE**2 // 2, -2]].T
    found = pixels[suspected]
    far = (found - usual > FAR * (usual - low)) | (usual - found > FAR * (high - usual))
    steady = pixels.copy()
    steady[suspected] = np.where(far, usual, found)
    return steady
