"""Values that end abruptly: fill and clipped hot pixels, unlike what light makes bright or dark."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from debcr_core.evaluation import Values

Mask = npt.NDArray[np.bool_]

NEAR = 0.5
"""Share of the way from the image's usual value to an extreme one at which a pixel is near it."""
STEPS = 4
"""The same in steps of intensity: where photons are few, none is one step away from one photon."""
LED_UP_TO = 0.15
"""Share of the pixels beside an area that are near its value, if it is light that leads up to it.

Of objects brighter than a detector counts, 0.25 and more have; of fill and tracks, hardly any.
"""
LEAST = 64
"""Pixels of an area of fill, at least."""


def fill(pixels: Values) -> Mask:
    """Return where the smallest or the largest value was filled in: margins and gaps of mosaics."""
    ends = (pixels.min(), pixels.max())
    if ends[0] == ends[1]:
        return np.zeros(pixels.shape, np.bool_)
    low, high = (abrupt(pixels, pixels == end, LEAST) for end in ends)
    return low | high


def abrupt(pixels: Values, extreme: Mask, least: int = 1) -> Mask:
    """Return those areas of an extreme value to which no pixels beside them lead.

    Parameters
    ----------
    pixels : numpy.ndarray
        ``(y, x)``.
    extreme : numpy.ndarray
        ``(y, x)``: where the extreme value is, somewhere but not everywhere.
    least : int
        Pixels that an area has at least.
    """
    if np.count_nonzero(extreme) < least:
        return np.zeros(pixels.shape, np.bool_)
    # Imported only here, since that takes longer than all that is measured in most images.
    from scipy.ndimage import label, maximum_filter

    areas, count = label(extreme, np.ones((3, 3)))
    beside = np.where(extreme, 0, maximum_filter(areas, 3))
    near = np.abs(pixels - pixels[extreme][0]) <= _reach(pixels, extreme)
    sizes = (np.bincount(which, minlength=count + 1) for which in (areas[extreme], beside.ravel()))
    size, edge = sizes
    leading = np.bincount(beside[near], minlength=count + 1)
    chosen = (size >= least) & (leading <= LED_UP_TO * edge)
    chosen[0] = False
    return np.asarray(chosen[areas])


def _reach(pixels: Values, extreme: Mask) -> float:
    """Return how far from the extreme value a pixel is still near it."""
    away = abs(float(np.median(pixels[~extreme])) - float(pixels[extreme][0]))
    return max(NEAR * away, STEPS * float(np.diff(np.unique(pixels)).min()))
