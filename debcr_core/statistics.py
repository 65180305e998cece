"""Statistics of a possibly lazy image, taken block by block and in double precision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from debcr_core.components import Array
from debcr_core.errors import ImageError
from debcr_core.image_blocks import blocks_of

if TYPE_CHECKING:
    import xarray as xr


@runtime_checkable
class Sifted(Protocol):
    """Some pixels of an image, in any order and shape: those that are to count."""

    @property
    def size(self) -> int:
        """How many they are."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Their type."""

    def blocks(self) -> Iterator[Array]:
        """Yield all of them, all finite, in arrays that fit into memory one by one."""


def blocks(image: xr.DataArray | Sifted) -> Iterator[Array]:
    """Yield all pixels, one dask chunk at a time, or at once where they are in memory.

    Raises
    ------
    ImageError
        If some pixels are NaN or infinite: a network would spread them over their surroundings.
    """
    if isinstance(image, Sifted):
        yield from image.blocks()
    else:
        yield from (finite(block) for _, block in blocks_of(image))


def finite(block: Array) -> Array:
    """Return a block, if all its pixels are finite.

    Raises
    ------
    ImageError
        If some are NaN or infinite: a network would spread them over their surroundings.
    """
    if block.dtype.kind == "f" and not np.isfinite(block).all():
        bad = np.count_nonzero(~np.isfinite(block))
        raise ImageError(
            f"The image holds at least {bad} NaN or infinite pixels, which a network would "
            "spread over their surroundings. Replace them first, for example by "
            "numpy.nan_to_num or the camera's offset."
        )
    return block


def extremes(image: xr.DataArray | Sifted) -> tuple[float, float]:
    """Return the smallest and the largest pixel."""
    pairs = [(block.min(), block.max()) for block in blocks(image)]
    return float(min(low for low, _ in pairs)), float(max(high for _, high in pairs))


def mean_and_std(image: xr.DataArray | Sifted) -> tuple[float, float]:
    """Return mean and (population) standard deviation, in two passes."""
    mean = sum(float(block.sum(dtype=np.float64)) for block in blocks(image)) / image.size
    squares = sum(
        float(np.square(block.astype(np.float64) - mean).sum()) for block in blocks(image)
    )
    return mean, float(np.sqrt(squares / image.size))
