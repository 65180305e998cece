"""Pixel types: their names, and what becomes of values in another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from debcr_core.errors import ImageError, UsageError, nearest
from debcr_core.files.narrowing import Narrowing
from debcr_core.plain_variables import with_pixels

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Array

DTYPES = (
    *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
    *("float16", "float32", "float64"),
)

INPUT = "input"
"""Stands for the pixel type of the input."""


def convert_dtype(
    image: xr.DataArray, dtype: npt.DTypeLike, narrowing: Narrowing | None = None
) -> xr.DataArray:
    """Return the image with another pixel type, lazily where it is lazy.

    Parameters
    ----------
    image : xarray.DataArray
        Of any real dtype.
    dtype : dtype-like
        The new one; values are converted as `convert_block` describes.
    narrowing : Narrowing, optional
        Counts what is lost, block by block as they are converted.

    Raises
    ------
    UsageError
        If there is no such dtype.
    """
    target = known_dtype(dtype)
    if image.dtype == target:
        return image

    def converted(block: Array) -> Array:
        made = convert_block(block, target)
        if narrowing is not None:
            narrowing.count(block, made)
        return made

    if image.chunks is None:
        return with_pixels(image, converted(image.data))
    # Dask would name it by its content, which holds a lock.
    name = f"converted-{uuid4()}"
    meta = np.empty((0,) * image.ndim, target)
    return image.copy(data=image.data.map_blocks(converted, name=name, dtype=target, meta=meta))


def known_dtype(dtype: npt.DTypeLike) -> np.dtype[Any]:
    """Return a pixel type by its name.

    Raises
    ------
    UsageError
        If it is none of numpy's real types.
    """
    try:
        target = np.dtype(dtype)
    except (TypeError, ValueError, SyntaxError):  # numpy parses names as a small language
        target = None
    if target is None or target.name not in DTYPES:
        raise UsageError(f'There is no pixel type "{dtype}". {nearest(str(dtype), DTYPES)}')
    return target


def pixel_type(dtype: npt.DTypeLike | None, image: xr.DataArray) -> np.dtype[Any]:
    """Return an output's pixel type: a name's, float32 without any, or that of the input.

    Raises
    ------
    UsageError
        If there is no such type.
    """
    if isinstance(dtype, str) and dtype == INPUT:
        return image.dtype.newbyteorder("=")
    return known_dtype("float32" if dtype is None else dtype)


def convert_block(block: Array, dtype: np.dtype[Any]) -> Array:
    """Convert values to another type: rounded to integers, clipped, never wrapped around.

    To integers and bool, values are rounded (half to even) and clipped to the type's range,
    infinities to its ends. To narrower floats, finite values are clipped to the range.

    Parameters
    ----------
    block : numpy.ndarray
        Of any real dtype.
    dtype : numpy.dtype
        The new one.

    Raises
    ------
    ImageError
        If a value is NaN, which no integer can express.
    """
    if block.dtype == dtype:
        return block
    if dtype.kind == "b":
        return convert_block(block, np.dtype(np.uint8)) > 0
    if dtype.kind == "f":
        return _to_float(block, dtype)
    return _to_integer(block, dtype)


def _to_float(block: Array, dtype: np.dtype[Any]) -> Array:
    limits = np.finfo(dtype)
    if block.dtype.kind != "b" and _largest(block.dtype) > float(limits.max):
        clipped = np.clip(block, float(limits.min), float(limits.max))
        block = np.where(np.isinf(block), block, clipped)
    return block.astype(dtype)


def _largest(dtype: np.dtype[Any]) -> float:
    return float(np.finfo(dtype).max if dtype.kind == "f" else np.iinfo(dtype).max)


def _to_integer(block: Array, dtype: np.dtype[Any]) -> Array:
    limits = np.iinfo(dtype)
    if block.dtype.kind == "b":
        return block.astype(dtype)
    if block.dtype.kind in "iu":
        own = np.iinfo(block.dtype)
        return np.clip(block, max(limits.min, own.min), min(limits.max, own.max)).astype(dtype)
    if np.isnan(block).any():
        raise ImageError(
            f"The image holds NaN, which {dtype} cannot express.",
            advice="Choose --dtype float32.",
            kind="narrow-dtype",
        )
    rounded = np.rint(block.astype(np.float64))
    # The largest 64-bit integers are no floats: 2**63 and 2**64 themselves are out of range.
    over, under = rounded >= float(limits.max), rounded <= float(limits.min)
    inside = np.where(over | under, 0, rounded).astype(dtype)
    inside[over], inside[under] = limits.max, limits.min
    return inside
