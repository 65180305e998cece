"""How much of an image has the largest value, because the detector counts no further."""

from __future__ import annotations

import numpy as np

from debcr_core.verdict.window import Mask, Window

MOST = 0.001
"""Share of the pixels that may have the largest value."""
HEAP = 2
"""How many times as many pixels have it as the next; where counts end by themselves, fewer do."""


def saturated_share(windows: list[Window]) -> float:
    """Return the share of the pixels that are saturated; 0 where counts end by themselves.

    Hot pixels, which stand alone, do not count.
    """
    pixels = np.stack([window.pixels for window in windows])
    largest = pixels.max()
    heap = pixels == largest
    share = float(np.mean([_in_company(each) for each in heap]))
    if share <= MOST or heap.all():
        return 0.0
    next_largest = pixels[~heap].max()
    return share if heap.sum() > HEAP * (pixels == next_largest).sum() else 0.0


def _in_company(heap: Mask) -> Mask:
    """Return those of the pixels beside which there is another one."""
    from scipy.ndimage import convolve

    neighbours = convolve(heap.astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray(heap & (neighbours > 1))
