"""How much of an image has the largest value, because the detector counts no further."""

from __future__ import annotations

import numpy as np

from debcr_core.evaluation import Values
from debcr_core.verdict.fill import Mask, abrupt
from debcr_core.verdict.window import Window

MOST = 0.001
"""Share of the pixels that may have the largest value."""
HEAP = 2
"""How many times as many pixels have it as the next; where counts end by themselves, fewer do."""


def saturated_share(windows: list[Window]) -> float:
    """Return the share of the pixels that are saturated; 0 where counts end by themselves.

    Fill, hot pixels and tracks of cosmic rays, to which no brightness leads, do not count. A window
    of one value tells nothing.
    """
    varied = [window for window in windows if np.ptp(window.pixels)]
    if not varied:
        return 0.0
    # Hot pixels may be brighter than what is saturated, or be part of it.
    return _share([each.pixels for each in varied], varied) or _share(
        [each.steady for each in varied], varied
    )


def _share(shown: list[Values], windows: list[Window]) -> float:
    filled = np.stack([window.fill for window in windows])
    exposed = np.where(filled, -np.inf, np.stack(shown))
    heap = exposed == exposed.max()
    if heap.mean() <= MOST:
        return 0.0
    saturated = [_saturated(*each) for each in zip(shown, heap, strict=True)]
    share = float(np.mean(saturated))
    others = exposed[~heap & ~filled]
    if share <= MOST or not others.size:
        return 0.0
    return share if heap.sum() > HEAP * (others == others.max()).sum() else 0.0


def _saturated(pixels: Values, heap: Mask) -> Mask:
    """Return those of the pixels beside which there is another one, and to which others lead."""
    from scipy.ndimage import convolve

    if not heap.any():
        return heap
    neighbours = convolve(heap.astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray(heap & (neighbours > 1) & ~abrupt(pixels, heap))
