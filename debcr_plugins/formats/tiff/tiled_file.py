"""Uncompressed tiles of a TIFF's pages, read and written in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from debcr_core.components import Array, Region
from debcr_core.files.indexing import enclosing
from debcr_core.files.raw_file import RawFile


@dataclass(frozen=True)
class TiledFile:
    """An array in a file: of each page all tiles, one after the other, row by row.

    Attributes
    ----------
    path : Path
        The file.
    stored : numpy.dtype
        Pixel type with the file's byte order.
    shape : tuple of int
        Pixels per axis: those that count pages, then rows, columns and, of colours, samples.
    tile : int
        Side of a tile.
    offsets : numpy.ndarray
        Where the first tile of each page begins, an axis for each that counts pages.
    """

    path: Path
    stored: np.dtype[Any]
    shape: tuple[int, ...]
    tile: int
    offsets: Array

    @property
    def dtype(self) -> np.dtype[Any]:
        """Pixel type in the machine's byte order."""
        return self.stored.newbyteorder("=")

    def __getitem__(self, index: Any) -> Array:
        """Read what an index of ints and slices asks for."""
        region, inside = enclosing(index, self.shape)
        block = np.empty([part.stop - part.start for part in region], self.dtype)
        for page, stored, place in self._parts(region):
            block[place] = page[stored].reshape(block[place].shape)
        wanted: Array = block[inside]
        return wanted

    def put(self, region: Region, block: Array) -> None:
        """Write a block to its place; the file must exist."""
        for page, stored, place in self._parts(region):
            page.put(stored, block[place])

    def _parts(self, region: Region) -> Iterator[tuple[RawFile, Region, Region]]:
        """Yield what of a region is in each tile: page, place in its tiles, place in the region."""
        before = self.offsets.ndim
        for position in np.ndindex(*(part.stop - part.start for part in region[:before])):
            number = tuple(p.start + n for p, n in zip(region[:before], position, strict=True))
            page = self._page(number)
            for down, rows in _cut(region[before], self.tile):
                for right, columns in _cut(region[before + 1], self.tile):
                    samples = region[before + 2 :]
                    stored = (down[0], right[0], down[1], right[1], *samples)
                    yield page, stored, (*position, rows, columns, *[slice(None)] * len(samples))

    def _page(self, number: tuple[int, ...]) -> RawFile:
        rows, columns, *samples = self.shape[self.offsets.ndim :]
        shape = (*tiles_of((rows, columns), self.tile), self.tile, self.tile, *samples)
        return RawFile(self.path, self.stored, shape, int(self.offsets[number]))


def tiles_of(plane: Sequence[int], tile: int) -> tuple[int, int]:
    """Return how many tiles of a plane lie below and beside each other."""
    rows, columns = plane[:2]
    return -(-rows // tile), -(-columns // tile)


def _cut(part: slice, tile: int) -> Iterator[tuple[tuple[slice, slice], slice]]:
    """Yield what of rows or columns is in each tile: number and place there, place in the part."""
    for number in range(part.start // tile, -(-part.stop // tile)):
        start, stop = max(part.start, number * tile), min(part.stop, (number + 1) * tile)
        within = slice(start - number * tile, stop - number * tile)
        yield (slice(number, number + 1), within), slice(start - part.start, stop - part.start)
