"""After minus before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from debcr_core.evaluation import check_comparable
from debcr_core.image import computed

if TYPE_CHECKING:
    import xarray as xr

COLOURS = "PiYG"
"""White where nothing has changed; told apart with any colour vision."""
SHARE = 99.9
"""Percentile of the absolute differences that the colours reach to."""
SAMPLES = 2**20
"""Pixels at most that tell it."""


def difference_of(before: xr.DataArray, after: xr.DataArray) -> xr.DataArray:
    """Subtract before from after.

    Parameters
    ----------
    before, after : xarray.DataArray
        With the same dims and shape.

    Returns
    -------
    xarray.DataArray
        float32, lazy where one of them is.

    Raises
    ------
    UsageError
        If they differ in dims or shape.
    """
    check_comparable(after, before)
    # In double precision: large integers that differ by little stay apart.
    data = (after.data.astype(np.float64) - before.data.astype(np.float64)).astype(np.float32)
    return after.copy(data=data)


def symmetric_limits(difference: xr.DataArray) -> tuple[float, float]:
    """Return contrast limits with zero in the middle, from pixels all over the image."""
    step = max(1, int(np.ceil((difference.size / SAMPLES) ** (1 / difference.ndim))))
    seen = np.abs(computed(difference.data[(slice(None, None, step),) * difference.ndim]))
    seen = seen[np.isfinite(seen)]
    largest = float(np.percentile(seen, SHARE)) if seen.size else 0.0
    largest = largest or (float(seen.max()) if seen.size else 0.0) or 1.0
    return -largest, largest
