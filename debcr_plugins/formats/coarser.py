"""Coarser resolution levels of an image: means of blocks of pixels, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

import numpy as np

from debcr_core.components import Array, Region
from debcr_core.files.pixel_types import convert_block
from debcr_core.stopping import check_heeded

BLOCK = 512
LARGEST_READ = 2**24  # bytes of the finer level

Factors = Mapping[str, int]
"""By axis, how many pixels become one."""


def coarser_shape(dims: Sequence[str], shape: Sequence[int], factors: Factors) -> tuple[int, ...]:
    """Return the shape of a coarser level; pixels at the end that make no whole block are left out.

    Examples
    --------
    >>> coarser_shape("zyx", (3, 65, 64), {"y": 2, "x": 2})
    (3, 32, 32)
    """
    return tuple(size // factors.get(dim, 1) for dim, size in zip(dims, shape, strict=True))


def coarser(
    source: Any,
    dims: Sequence[str],
    factors: Factors,
    dtype: np.dtype[Any],
    within: Region | None = None,
    block: Sequence[int] | None = None,
) -> Iterator[tuple[Region, Array]]:
    """Yield a coarser level block by block.

    Parameters
    ----------
    source : object
        The finer level: has ``shape`` and takes slices.
    dims : sequence of str
        Its axes.
    factors : mapping of str to int
        How much coarser the level is.
    dtype : numpy.dtype
        Of the level; means are rounded to integers.
    within : tuple of slice, optional
        Which part of the level; by default all of it.
    block : sequence of int, optional
        Pixels per axis of the level that are made at once; by default one plane, 512 × 512.

    Yields
    ------
    (tuple of slice, numpy.ndarray)
        A slice per axis of the level, and the pixels of that region.

    Raises
    ------
    Cancelled
        If the work is to stop.
    """
    steps = [factors.get(dim, 1) for dim in dims]
    whole = tuple(slice(0, size) for size in coarser_shape(dims, source.shape, factors))
    sizes = block or [BLOCK if dim in "yx" else 1 for dim in dims]
    parts = whole if within is None else within
    for starts in product(*(range(p.start, p.stop, n) for p, n in zip(parts, sizes, strict=True))):
        region = tuple(
            slice(start, min(start + size, part.stop))
            for start, size, part in zip(starts, sizes, parts, strict=True)
        )
        yield region, _means(source, region, steps, dims.index("y"), dtype)


def _means(
    source: Any, region: Region, steps: list[int], vertical: int, dtype: np.dtype[Any]
) -> Array:
    """Return the means of a region, read some rows at a time."""
    means = np.empty([part.stop - part.start for part in region], dtype)
    rows = region[vertical]
    row_bytes = source.dtype.itemsize * prod(steps) * means.size // means.shape[vertical]
    high = max(1, LARGEST_READ // row_bytes)
    for start in range(rows.start, rows.stop, high):
        check_heeded()
        band = slice(start, min(start + high, rows.stop))
        parts = (*region[:vertical], band, *region[vertical + 1 :])
        pixels = np.asarray(
            source[tuple(slice(p.start * n, p.stop * n) for p, n in zip(parts, steps, strict=True))]
        )
        place = slice(band.start - rows.start, band.stop - rows.start)
        means[(slice(None),) * vertical + (place,)] = convert_block(_mean(pixels, steps), dtype)
    return means


def _mean(pixels: Array, steps: list[int]) -> Array:
    """Return means of blocks, summed axis by axis, which is exact for integers of 32 bits."""
    total = pixels
    exact = np.iinfo(np.int32).max // prod(steps)
    is_short = pixels.dtype.kind in "iu" and np.iinfo(pixels.dtype).max <= exact
    for axis, step in enumerate(steps):
        if step > 1:
            apart = (slice(None),) * axis
            parts = [total[(*apart, slice(n, None, step))] for n in range(step)]
            total = parts[0].astype(np.int32 if is_short else np.float64)
            for part in parts[1:]:
                np.add(total, part, out=total)
    return np.asarray(total / prod(steps))
