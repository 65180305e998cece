"""Zarr's chunks read and written one after the other.

zarr-python works on many chunks at once, in threads that each keep memory for what they unpacked:
megabytes more for every thread, for as long as the program runs. What restores an image has better
use for the processor's cores.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from debcr_core.components import Array, Region
from debcr_plugins.formats.indexing import enclosing


class OneByOne:
    """A Zarr array that is read and written chunk by chunk.

    Parameters
    ----------
    array : zarr.Array
        The array.
    """

    def __init__(self, array: Any) -> None:
        self.array = array
        self.shape: tuple[int, ...] = array.shape
        self.dtype: np.dtype[Any] = array.dtype
        self.ndim: int = array.ndim

    def __getitem__(self, index: Any) -> Array:
        """Read what an index of ints and slices asks for."""
        region, inside = enclosing(index, self.shape)
        block = np.empty([part.stop - part.start for part in region], self.dtype)
        for piece, place in self._pieces(region):
            block[place] = self.array[piece]
        wanted: Array = block[inside]
        return wanted

    def put(self, region: Region, block: Array) -> None:
        """Write a block to its place."""
        for piece, place in self._pieces(region):
            self.array[piece] = block[place]

    def _pieces(self, region: Region) -> Iterator[tuple[Region, Region]]:
        """Yield what of a region is in each chunk: where in the array, where in the region."""
        axes = [
            [
                slice(max(part.start, start), min(part.stop, start + size))
                for start in range(part.start // size * size, part.stop, size)
            ]
            for part, size in zip(region, self.array.chunks, strict=True)
        ]
        for piece in product(*axes):
            yield (
                piece,
                tuple(
                    slice(part.start - whole.start, part.stop - whole.start)
                    for part, whole in zip(piece, region, strict=True)
                ),
            )
