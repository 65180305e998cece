"""How much of an image has the largest value, because the detector counts no further."""

from __future__ import annotations

import numpy as np

from debcr_core.verdict.window import Window

MOST = 0.001
"""Share of the pixels that may have the largest value."""
HEAP = 2
"""How many times as many pixels have it as the next; where counts end by themselves, fewer do."""


def saturated_share(windows: list[Window]) -> float:
    """Return the share of the pixels that are saturated; 0 where counts end by themselves."""
    values = np.concatenate([window.pixels.ravel() for window in windows])
    largest = values.max()
    heap = values == largest
    share = float(heap.mean())
    if share <= MOST or heap.all():
        return 0.0
    next_largest = values[~heap].max()
    return share if heap.sum() > HEAP * (values == next_largest).sum() else 0.0
