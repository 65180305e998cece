"""Statistics of a possibly lazy image, taken block by block and in double precision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.components import Array
from debcr_core.errors import ImageError

if TYPE_CHECKING:
    import xarray as xr


def blocks(image: xr.DataArray) -> Iterator[Array]:
    """Yield all pixels, one dask chunk at a time, or at once where they are in memory.

    Raises
    ------
    ImageError
        If some pixels are NaN or infinite: a network would spread them over their surroundings.
    """
    lazy = getattr(image.data, "blocks", None)
    parts = [image.data] if lazy is None else lazy.ravel()
    for part in parts:
        # In this thread: those of dask would each keep memory for what they read.
        block = np.asarray(part if lazy is None else part.compute(scheduler="synchronous"))
        if block.dtype.kind == "f" and not np.isfinite(block).all():
            bad = np.count_nonzero(~np.isfinite(block))
            raise ImageError(
                f"The image holds at least {bad} NaN or infinite pixels, which a network would "
                "spread over their surroundings. Replace them first, for example by "
                "numpy.nan_to_num or the camera's offset."
            )
        yield block


def extremes(image: xr.DataArray) -> tuple[float, float]:
    """Return the smallest and the largest pixel."""
    pairs = [(block.min(), block.max()) for block in blocks(image)]
    return float(min(low for low, _ in pairs)), float(max(high for _, high in pairs))


def mean_and_std(image: xr.DataArray) -> tuple[float, float]:
    """Return mean and (population) standard deviation, in two passes."""
    mean = sum(float(block.sum(dtype=np.float64)) for block in blocks(image)) / image.size
    squares = sum(
        float(np.square(block.astype(np.float64) - mean).sum()) for block in blocks(image)
    )
    return mean, float(np.sqrt(squares / image.size))
