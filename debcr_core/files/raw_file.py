"""Pixels that lie in a file one after the other, read and written in place.

Plain reads and writes rather than memory mapping: a full disk or a lost network drive is then
an exception, where a mapped file would kill the process.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from debcr_core.components import Array, Region
from debcr_core.errors import ReadError
from debcr_core.files.indexing import enclosing

SHORT_ROW = 4096  # bytes; reading so many costs less than a seek past some of them


@dataclass(frozen=True)
class RawFile:
    """An array in a file, last axis fastest.

    Attributes
    ----------
    path : Path
        The file.
    stored : numpy.dtype
        Pixel type with the file's byte order.
    shape : tuple of int
        Pixels per axis.
    offset : int
        Bytes before the first pixel.
    """

    path: Path
    stored: np.dtype[Any]
    shape: tuple[int, ...]
    offset: int

    @property
    def dtype(self) -> np.dtype[Any]:
        """Pixel type in the machine's byte order."""
        return self.stored.newbyteorder("=")

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def pieces(self) -> tuple[int, ...]:
        """How much of each axis is worth reading at once."""
        return tuple(size if self._is_short(axis) else 1 for axis, size in enumerate(self.shape))

    def __getitem__(self, index: Any) -> Array:
        """Read what an index of ints and slices asks for."""
        region, inside = enclosing(index, self.shape)
        wide = self._without_gaps(region)
        block = self._read(wide)
        for axis, (asked, read) in enumerate(zip(region, wide, strict=True)):
            if asked != read:
                block = block[(slice(None),) * axis + (asked,)]
        wanted: Array = block.astype(self.dtype, copy=False)[inside]
        return wanted

    def _is_short(self, axis: int) -> bool:
        return prod(self.shape[axis:]) * self.stored.itemsize <= SHORT_ROW

    def _without_gaps(self, region: Region) -> Region:
        """Return the region with the short gaps between its runs filled in."""
        wide = list(region)
        for axis in reversed(range(1, self.ndim)):
            is_one_run = all(part.stop - part.start == 1 for part in region[:axis])
            if is_one_run or not self._is_short(axis):
                break
            wide[axis] = slice(0, self.shape[axis])
        return tuple(wide)

    def _read(self, region: Region) -> Array:
        run, starts = self._runs(region)
        block = np.empty([part.stop - part.start for part in region], self.stored)
        rows = block.reshape(-1, run) if run else block
        with self.path.open("rb") as file:
            for row, start in zip(rows, starts, strict=False):
                file.seek(start)
                if file.readinto(row.view(np.uint8)) < row.nbytes:
                    raise ReadError(f"{self.path} became shorter while it was read.")
        return block

    def put(self, region: Region, block: Array) -> None:
        """Write a block to its place; the file must exist."""
        run, starts = self._runs(region)
        rows = np.ascontiguousarray(block, self.stored).reshape(-1, run)
        with self.path.open("r+b") as file:
            for row, start in zip(rows, starts, strict=True):
                file.seek(start)
                file.write(row.data)

    def _runs(self, region: Region) -> tuple[int, Iterator[int]]:
        """Return how many pixels of a region lie together, and where each such run starts."""
        sizes = [part.stop - part.start for part in region]
        split = self.ndim - 1
        while split > 0 and sizes[split] == self.shape[split]:
            split -= 1
        strides = [prod(self.shape[axis + 1 :]) for axis in range(self.ndim)]
        first = sum(part.start * step for part, step in zip(region, strides, strict=True))
        steps = np.array(strides[:split], np.int64)
        starts = (
            self.offset + int(first + np.dot(position, steps)) * self.stored.itemsize
            for position in np.ndindex(*sizes[:split])
        )
        return sizes[split] * strides[split], starts
