"""Colours that are none: three equal channels, or a palette of greys, are grey intensities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from debcr_core.components import Array

if TYPE_CHECKING:
    import xarray as xr

COARSE_STEPS = (257, 256)
"""Between the entries of a palette of 16 bits that was one of 8: of TIFF, of some programs."""


def without_equal_colours(image: xr.DataArray) -> xr.DataArray:
    """Return a picture whose colours are equal in every pixel as the grey image that it is.

    Parameters
    ----------
    image : xarray.DataArray
        Any image; one that is lazy is read up to the first pixel that has a colour.
    """
    if not image.attrs.get("rgb") or not _equal(image):
        return image
    grey = image.isel(c=0, drop=True)
    grey.attrs = {key: value for key, value in image.attrs.items() if key != "rgb"}
    return grey


def _equal(image: xr.DataArray) -> bool:
    axis = image.dims.index("c")
    if image.chunks is None:
        return _equal_along(image.data, axis)
    from dask.array.core import slices_from_chunks

    whole = image.chunk({"c": -1})
    regions = list(slices_from_chunks(whole.chunks))
    # Slides of tissue have wide white margins: their colours show soonest in the middle.
    middle = len(regions) // 2
    return all(
        _equal_along(np.asarray(whole.data[region]), axis)
        for region in (*regions[middle:], *regions[:middle])
    )


def _equal_along(block: Array, axis: int) -> bool:
    return bool((block == block.take([0], axis)).all())


def greys_of(palette: Array) -> Array | None:
    """Return the intensities that the numbers of a palette of greys stand for; else None.

    Parameters
    ----------
    palette : numpy.ndarray
        Red, green and blue ``(3, n)`` of each number, uint8 or uint16.
    """
    red, green, blue = palette
    if not (np.array_equal(red, green) and np.array_equal(red, blue)):
        return None
    if palette.dtype == np.uint8:
        return np.asarray(red)
    step = next((step for step in COARSE_STEPS if not (red % step).any()), None)
    return np.asarray(red) if step is None else (red // step).astype(np.uint8)
