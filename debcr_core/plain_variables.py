"""Variables and coordinates of xarray that are made of numpy arrays at once.

To ask whether what it is given belongs to dask, xarray imports that, which takes longer than to
restore a small image. So what is known to be numpy's comes in by the doors behind that question.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.component import Array

CONVERTED = "OMm"
"""Kinds of dtype that xarray looks into, and perhaps converts."""


def variable(
    dims: Sequence[Hashable], data: Any, attrs: Mapping[str, Any] | None = None
) -> xr.Variable:
    """Return the variable that xarray makes of the same arguments.

    Parameters
    ----------
    dims : sequence of str
        A name for each axis.
    data : array-like
        Mostly a numpy array.
    attrs : mapping, optional
        What is said of it.
    """
    import numpy as np
    import xarray as xr

    plain = type(data) is np.ndarray and data.dtype.kind not in CONVERTED
    return xr.Variable(dims, data, attrs, fastpath=plain)


def with_pixels(image: xr.DataArray, pixels: Any) -> xr.DataArray:
    """Return an image with other pixels, as ``image.copy(data=pixels)`` does.

    Parameters
    ----------
    image : xarray.DataArray
        Gives the axes, coordinates and attributes.
    pixels : array-like
        Of the same shape.
    """
    return image.copy(data=variable(image.dims, pixels))


def with_coordinate(
    image: xr.DataArray, dim: str, values: Array, attrs: Mapping[str, Any] | None = None
) -> xr.DataArray:
    """Return an image with a coordinate along one axis, as ``image.assign_coords`` does.

    Parameters
    ----------
    image : xarray.DataArray
        The image.
    dim : str
        One of its axes.
    values : numpy.ndarray
        One-dimensional: numbers or texts, one for each entry.
    attrs : mapping, optional
        What is said of them.
    """
    import pandas as pd
    import xarray as xr

    index = xr.indexes.PandasIndex(pd.Index(values), dim, coord_dtype=values.dtype)
    placed = image.assign_coords(xr.Coordinates.from_xindex(index))
    placed.coords[dim].attrs.update(attrs or {})
    return placed
