"""Zarr's chunks read and written one file after the other.

zarr-python works on many chunks at once, in threads that each keep memory for what they unpacked:
megabytes more for every thread, for as long as the program runs. What restores an image has better
use for the processor's cores. Only the chunks of one shard are read and written together, which
takes half the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from debcr_core.components import Array, Region
from debcr_core.files.indexing import enclosing
from debcr_core.flow.joining import relative


class OneByOne:
    """A Zarr array in a local folder that is read and written file by file.

    Parameters
    ----------
    array : zarr.Array
        The array.

    Attributes
    ----------
    per_file : tuple of int
        Pixels per axis that lie in one file: a shard's where there are shards, else a chunk's.
    """

    def __init__(self, array: Any) -> None:
        self.array = array
        self.shape: tuple[int, ...] = array.shape
        self.dtype: np.dtype[Any] = array.dtype
        self.ndim: int = array.ndim
        self.per_file: tuple[int, ...] = array.shards or array.chunks

    def __getitem__(self, index: Any) -> Array:
        """Read what an index of ints and slices asks for."""
        region, inside = enclosing(index, self.shape)
        wanted: Array = self.read(region)[inside]
        return wanted

    def read(self, region: Region) -> Array:
        """Return what a region holds."""
        pieces = list(_pieces(region, self.per_file))
        if len(pieces) == 1:
            return np.asarray(self.array[pieces[0]])
        block = np.empty([part.stop - part.start for part in region], self.dtype)
        for piece in pieces:
            block[relative(piece, region)] = self.array[piece]
        return block

    def put(self, region: Region, block: Array) -> None:
        """Write a block to its place: each file that it fills is written at once."""
        for piece in _pieces(region, self.per_file):
            if self._is_whole(piece):
                # zarr-python would unpack the shard that is there, which may be damaged.
                self._file(piece).unlink(missing_ok=True)
            self.array[piece] = block[relative(piece, region)]

    def files(self) -> Iterator[Region]:
        """Yield what each file holds."""
        return _pieces(tuple(slice(0, size) for size in self.shape), self.per_file)

    def _is_whole(self, piece: Region) -> bool:
        return all(
            part.start % step == 0 and part.stop == min(part.start + step, size)
            for part, step, size in zip(piece, self.per_file, self.shape, strict=True)
        )

    def _file(self, piece: Region) -> Path:
        number = tuple(p.start // step for p, step in zip(piece, self.per_file, strict=True))
        key = self.array.metadata.encode_chunk_key(number)
        return Path(self.array.store.root, self.array.path, key)


def _pieces(region: Region, sizes: tuple[int, ...]) -> Iterator[Region]:
    """Yield what of a region is in each cell of a grid."""
    axes = [
        [
            slice(max(part.start, start), min(part.stop, start + size))
            for start in range(part.start // size * size, part.stop, size)
        ]
        for part, size in zip(region, sizes, strict=True)
    ]
    return product(*axes)
