"""An image's pixels, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.component import Array, Region
from debcr_core.image import computed, loaded

if TYPE_CHECKING:
    import xarray as xr

AT_ONCE = 2**24
"""Bytes that are read at once where chunks are not larger."""


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
        yield region, computed(image.data[region])


def in_c_order(image: xr.DataArray) -> Iterator[Array]:
    """Yield an image's pixels in C order, in parts that are small as far as its chunks allow.

    Parameters
    ----------
    image : xarray.DataArray
        The image.

    Yields
    ------
    numpy.ndarray
        The next pixels.
    """
    long = [axis for axis, size in enumerate(image.shape) if size > 1]
    if image.nbytes <= AT_ONCE or not long:
        yield loaded(image)
        return
    first, size = image.dims[long[0]], image.shape[long[0]]
    chunk = 1 if image.chunks is None else max(image.chunks[long[0]])
    step = max(1, AT_ONCE * size // image.nbytes // chunk) * chunk
    if step >= size:
        yield loaded(image)
        return
    for start in range(0, size, step):
        yield from in_c_order(image.isel({first: slice(start, start + step)}))
