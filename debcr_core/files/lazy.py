"""Lazy images of files: axes are chosen and reordered by index, before dask sees the array.

dask does not merge a chain of slices and transpositions: a part of such an array loads whole
chunks. Here what is asked for reaches the file as one region, and a chunk is no more than a plane,
so that even a chain costs little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Array
from debcr_core.files.indexing import enclosing
from debcr_core.files.small_images import is_read_at_once
from debcr_core.image import DIMS, make_image

if TYPE_CHECKING:
    import xarray as xr

LARGEST_BAND = 2**22  # bytes; larger only where strips, tiles or Zarr's chunks are


@dataclass(frozen=True)
class Rearranged:
    """An array in a file with axes taken away, shortened or in another order.

    Attributes
    ----------
    pixels : object
        What reads the file: has ``shape``, ``dtype``, ``ndim`` and takes ints and slices.
    kept : tuple of int
        The axes of `pixels` that are left, in their new order; of others the first entry is read.
    shape : tuple of int
        How much is used of each of these, from its start.
    """

    pixels: Any
    kept: tuple[int, ...]
    shape: tuple[int, ...]

    @classmethod
    def whole(cls, pixels: Any) -> Rearranged:
        """Return all of an array, as it is."""
        return cls(pixels, tuple(range(pixels.ndim)), tuple(pixels.shape))

    @property
    def dtype(self) -> np.dtype[Any]:
        """Pixel type."""
        dtype: np.dtype[Any] = self.pixels.dtype
        return dtype

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.kept)

    def without(self, axis: int) -> Rearranged:
        """Return the first entry along an axis."""
        return self.reordered([other for other in range(self.ndim) if other != axis])

    def without_last(self, axis: int) -> Rearranged:
        """Return all but the last entry along an axis."""
        shape = (*self.shape[:axis], self.shape[axis] - 1, *self.shape[axis + 1 :])
        return replace(self, shape=shape)

    def reordered(self, order: Sequence[int]) -> Rearranged:
        """Return some axes in another order."""
        kept, shape = zip(*((self.kept[axis], self.shape[axis]) for axis in order), strict=True)
        return replace(self, kept=kept, shape=shape)

    def __getitem__(self, index: Any) -> Array:
        """Read what an index of ints and slices asks for."""
        region, inside = enclosing(index, self.shape)
        place = dict(zip(self.kept, region, strict=True))
        block = self.pixels[tuple(place.get(axis, 0) for axis in range(self.pixels.ndim))]
        stored = sorted(self.kept)
        wanted: Array = block.transpose([stored.index(axis) for axis in self.kept])[inside]
        return wanted


def lazy_image(pixels: Any, dims: str, pieces: Sequence[int], **facts: Any) -> xr.DataArray:
    """Return a lazy image of a file, in chunks of a plane or a part of it.

    A small one is read at once where that is wanted (see `debcr_core.files.small_images`).

    Parameters
    ----------
    pixels : object
        What reads the file: has ``shape``, ``dtype`` and ``ndim``, and takes ints and slices of
        step one, as a `debcr_core.RawFile` does; or a `Rearranged` of such.
    dims : str
        A letter of ``t c z y x`` for each of its axes, in their order.
    pieces : sequence of int
        For each axis of what reads the file, how much of it is decoded at once.
    **facts
        For `make_image`.

    Examples
    --------
    >>> import numpy as np
    >>> lazy_image(np.zeros((3, 300, 200), np.uint16), "zyx", (1, 300, 200)).dims
    ('z', 'y', 'x')
    """
    view = pixels if isinstance(pixels, Rearranged) else Rearranged.whole(pixels)
    stored = dims
    order = sorted(range(view.ndim), key=lambda axis: DIMS.find(dims[axis]))
    view, dims = view.reordered(order), "".join(dims[axis] for axis in order)
    small = is_read_at_once(prod(view.shape) * view.dtype.itemsize)
    data = view[(slice(None),) * view.ndim] if small else _lazy(view, _chunks(view, dims, pieces))
    image = make_image(data, dims, **facts)
    return image if dims == stored else image.assign_attrs(stored_axes=stored)


def _lazy(view: Rearranged, chunks: tuple[int, ...]) -> Any:
    import dask.array as da

    meta = np.empty((0,) * view.ndim, view.dtype)
    return da.from_array(view, chunks=chunks, asarray=False, meta=meta)


def _chunks(view: Rearranged, dims: str, pieces: Sequence[int]) -> tuple[int, ...]:
    """Return what is decoded at once, repeated along x and then y as far as `LARGEST_BAND` allows.

    Strips hold whole rows, and so bands of them; tiles and Zarr's chunks need not.
    """
    sizes = dict(zip(dims, view.shape, strict=True))
    chunks = {dim: min(pieces[axis], sizes[dim]) for dim, axis in zip(dims, view.kept, strict=True)}
    for dim in "xy":
        if dim in chunks:
            times = LARGEST_BAND // (prod(chunks.values()) * view.dtype.itemsize)
            chunks[dim] = min(sizes[dim], chunks[dim] * max(1, times))
    return tuple(chunks[dim] for dim in dims)
