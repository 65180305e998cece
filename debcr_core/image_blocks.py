"""An image's pixels, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.component import Array, Region

if TYPE_CHECKING:
    import xarray as xr


def blocks_of(image: xr.DataArray) -> Iterator[tuple[Region, Array]]:
    """Yield an image's pixels with their place: chunk by chunk where lazy, else all at once.

    Parameters
    ----------
    image : xarray.DataArray
        The image.

    Yields
    ------
    (tuple of slice, numpy.ndarray)
        A slice per dim, and the pixels of that region.
    """
    if image.chunks is None:
        yield tuple(slice(0, size) for size in image.shape), np.asarray(image.data)
        return
    from dask.array.core import slices_from_chunks

    for region in slices_from_chunks(image.chunks):
        # In this thread: those of dask would each keep memory for what they read.
        yield region, np.asarray(image.data[region].compute(scheduler="synchronous"))
