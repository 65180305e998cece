"""Stretch the contrast of a restored image for looking at, not for measuring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

LOW, HIGH = 0.1, 99.9


def stretch_contrast(image: xr.DataArray, dtype: np.dtype[Any]) -> xr.DataArray:
    """Map the percentiles 0.1 and 99.9 of each channel to the ends of the output's range.

    Parameters
    ----------
    image : xarray.DataArray
        The restored image.
    dtype : numpy.dtype
        Pixel type of the output: integers are filled from 0 to their largest value, real
        numbers from 0 to 1.

    Returns
    -------
    xarray.DataArray
        float32, clipped to that range. A constant channel becomes 0.
    """
    top = float(np.iinfo(dtype).max) if dtype.kind in "iu" else 1.0
    result = image.astype(np.float32, keep_attrs=True)
    channels = range(image.sizes["c"]) if "c" in image.dims else [None]
    for channel in channels:
        part = {} if channel is None else {"c": channel}
        pixels = result.isel(part).values.astype(np.float64)
        low, high = np.percentile(pixels, [LOW, HIGH])
        span = high - low if high > low else 1.0
        result[part] = np.clip((pixels - low) / span, 0, 1) * top
    return result
