"""The planes of raw images, and which of their pixels tell anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.errors import ImageError, UsageError
from debcr_plugins.noise.blocks import Blocks, blocks_of_one, blocks_of_two

if TYPE_CHECKING:
    import xarray as xr

HEAP = 0.001
"""Share of pixels with the largest value, above which they may be saturated."""
MOST = 0.3
"""Share of pixels that may be."""


def blocks_of(image: xr.DataArray, name: str) -> Blocks:
    """Return the blocks of all planes of an image.

    Raises
    ------
    ImageError
        If it is constant, or too much of it is saturated.
    """
    usable = _usable(image.values, name)
    planes = zip(_planes(image.values), _planes(usable), strict=True)
    return Blocks.joined([blocks_of_one(plane.astype(float), ok) for plane, ok in planes])


def blocks_of_pair(one: xr.DataArray, other: xr.DataArray, names: str) -> Blocks:
    """Return the blocks of two acquisitions of one field.

    Raises
    ------
    UsageError
        If they differ in axes or shape, or are one image twice.
    ImageError
        As `blocks_of`.
    """
    if one.dims != other.dims or one.shape != other.shape:
        raise UsageError(f"{names} differ in axes or shape, so they do not show the same field.")
    if np.array_equal(one.values, other.values):
        raise UsageError(f"{names} are equal: give two acquisitions, not one twice.")
    usable = _usable(one.values, names) & _usable(other.values, names)
    planes = zip(_planes(one.values), _planes(other.values), _planes(usable), strict=True)
    return Blocks.joined(
        [blocks_of_two(a.astype(float), b.astype(float), ok) for a, b, ok in planes]
    )


def _planes(values: np.ndarray) -> Iterator[np.ndarray]:
    yield from values.reshape(-1, *values.shape[-2:])


def _usable(values: np.ndarray, name: str) -> np.ndarray:
    """Say of each pixel whether it is not saturated."""
    low, high = values.min(), values.max()
    if low == high:
        raise ImageError(f"{name} is constant ({low}), so it shows no noise.")
    saturated = values == high
    share = saturated.mean()
    # Where counts end by themselves, the largest is the rarest.
    if share <= HEAP or saturated.sum() <= 2 * (values == values[~saturated].max()).sum():
        return np.ones(values.shape, bool)
    if share > MOST:
        raise ImageError(
            f"{name} is saturated: {share:.0%} of its pixels have the largest value, {high}. Give "
            "an image with a shorter exposure."
        )
    return np.asarray(~saturated)
