"""Join restored tiles to one image, any part of it by itself.

Each output pixel is the weighted mean of the tiles that serve it, summed in the order of the
grid: a function of its position alone, however the work is divided.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product
from math import prod
from typing import Any

import numpy as np

from debcr_core.components import Array, Blender, Floats, Region, Tile, Tiler
from debcr_core.contracts import checked_tiles, checked_weights, refuse_gaps
from debcr_core.signature import Footprint


@dataclass(frozen=True)
class Grid:
    """The tiles of an image, and how they are weighed against each other.

    Attributes
    ----------
    tiles : tuple of Tile
        Ordered by position.
    shape : tuple of int
        Spatial shape of the image.
    blender : Blender
        Gives the weights.
    footprint : Footprint
        What the tiles were made for.
    """

    tiles: tuple[Tile, ...]
    shape: tuple[int, ...]
    blender: Blender
    footprint: Footprint

    @classmethod
    def of(
        cls, tiler: Tiler, blender: Blender, shape: tuple[int, ...], footprint: Footprint
    ) -> Grid:
        """Return the grid that a tiler makes of an image, if it is one that can be joined.

        Raises
        ------
        UsageError
            If the tile is too small for the halo or overlap.
        PluginError
            If the tiles have a gap, differ in shape, or lie where they must not.
        """
        return cls(checked_tiles(tiler, shape, footprint), shape, blender, footprint)

    @property
    def tile_shape(self) -> tuple[int, ...]:
        """Pixels that each tile reads, per axis."""
        return extent(self.tiles[0].read)

    @property
    def times(self) -> float:
        """How often each pixel is computed, on average."""
        return len(self.tiles) * prod(self.tile_shape) / prod(self.shape)

    def join(self, part: Region, output_of: Callable[[int], Floats]) -> Floats:
        """Return the output for a part of the image.

        Parameters
        ----------
        part : tuple of slice
            A slice per spatial axis.
        output_of : callable
            Gives what the network made of the tile of a number, ``(channel, *tile shape)``. Only
            called for the tiles that the part needs.

        Returns
        -------
        numpy.ndarray
            float32 ``(channel, *part)``.
        """
        alone = self._alone_in(part)
        if alone is not None:
            kept: Any = (slice(None), *relative(part, self.tiles[alone].read))
            # What others are added up with is never -0, either.
            return np.asarray(output_of(alone)[kept] + np.float32(0), np.float32)
        # Hundreds of tiles can serve one pixel: in single precision the sums would drift.
        weight = np.zeros(extent(part), np.float64)
        total: Array | None = None
        for number, here, share in self._shares(part):
            tile, output = self.tiles[number], output_of(number)
            if total is None:
                total = np.zeros((len(output), *extent(part)), np.float64)
            placed: Any = (slice(None), *relative(here, part))
            kept = (slice(None), *relative(here, tile.read))
            total[placed] += share * output[kept]
            weight[placed[1:]] += share
        refuse_gaps(self.blender, weight)
        assert total is not None
        return np.asarray(total / weight, np.float32)

    def needed(self, part: Region) -> list[int]:
        """Return the numbers of the tiles that a part of the image needs.

        Raises
        ------
        PluginError
            If no tile has a share in it.
        """
        numbers = [number for number, _, _ in self._shares(part)]
        refuse_gaps(self.blender, np.array(len(numbers)))
        return numbers

    def _shares(self, part: Region) -> Iterator[tuple[int, Region, Floats]]:
        """Yield the tiles that have a share in a part: which, where, and what share."""
        for number in self._touching(part):
            tile = self.tiles[number]
            here = tuple(map(_overlap, tile.serve, part))
            share = checked_weights(self.blender, tile)[relative(here, tile.serve)]
            if share.any():
                yield number, here, share

    def _touching(self, part: Region) -> list[int]:
        """Return the numbers of the tiles that serve pixels of a part."""
        starts, stops = self._served
        low, high = np.array([(p.start, p.stop) for p in part]).T
        return np.flatnonzero(((starts < high) & (stops > low)).all(axis=1)).tolist()

    def _alone_in(self, part: Region) -> int | None:
        """Return the tile that is taken as it is for a part, if there is one."""
        if len(self._touching(part)) == 1:
            for number, here, share in self._shares(part):
                if here == part and (share == 1).all():
                    return number
        return None

    @cached_property
    def _served(self) -> tuple[Array, Array]:
        served = np.array([[(part.start, part.stop) for part in t.serve] for t in self.tiles])
        return served[:, :, 0], served[:, :, 1]

    @cached_property
    def cuts(self) -> tuple[tuple[slice, ...], ...]:
        """Per axis, the image divided where a tile begins to serve."""
        starts, _ = self._served
        return tuple(
            tuple(slice(a, b) for a, b in pairwise([*np.unique(starts[:, axis]).tolist(), size]))
            for axis, size in enumerate(self.shape)
        )

    def cells(self, part: Region, row: int) -> Iterator[list[Region]]:
        """Yield a part of the image divided into cells, as many as there are tiles in it.

        Parameters
        ----------
        part : tuple of slice
            What is divided.
        row : int
            How many cells, neighbours along the last axis, are yielded at once. Rows follow each
            other along the other axes first, so that tiles which overlap are wanted soon again.
        """
        axes = [
            [shared for cut in cuts if (shared := _overlap(cut, whole)).start < shared.stop]
            for cuts, whole in zip(self.cuts, part, strict=True)
        ]
        *others, last = axes
        for first in range(0, len(last), row):
            for lead in product(*others):
                yield [(*lead, cell) for cell in last[first : first + row]]

    def cell_count(self, part: Region) -> int:
        """Return into how many cells `cells` divides a part."""
        found = (
            bisect_left(cuts, whole.stop, key=_start) - bisect_right(cuts, whole.start, key=_start)
            for cuts, whole in zip(self.cuts, part, strict=True)
        )
        return prod(1 + between for between in found)

    def window(self, cells: Sequence[Region]) -> Region:
        """Return the smallest region of the image that the tiles of some cells read."""
        tiles = {number for cell in cells for number in self.needed(cell)}
        reads = [self.tiles[number].read for number in tiles]
        return tuple(
            reflected_range(
                min(read[axis].start for read in reads),
                max(read[axis].stop for read in reads),
                size,
            )
            for axis, size in enumerate(self.shape)
        )


def _start(cut: slice) -> int:
    start: int = cut.start
    return start


def extent(region: Region) -> tuple[int, ...]:
    """Return how many pixels a region has along each axis."""
    return tuple(part.stop - part.start for part in region)


def relative(region: Region, to: Region) -> Region:
    """Return where a region lies in another one that holds it."""
    return tuple(
        slice(part.start - outer.start, part.stop - outer.start)
        for part, outer in zip(region, to, strict=True)
    )


def _overlap(one: slice, other: slice) -> slice:
    """Return what two ranges share; empty, with its stop not above its start, where nothing."""
    return slice(max(one.start, other.start), min(one.stop, other.stop))


def reflected(start: int, stop: int, size: int) -> Array:
    """Return the indices ``start … stop``, continued beyond ``0 … size`` by reflection.

    The edge pixel is not repeated; an axis of length one repeats its only pixel.

    Examples
    --------
    >>> reflected(-2, 5, 4).tolist()
    [2, 1, 0, 1, 2, 3, 2]
    """
    period = max(2 * (size - 1), 1)
    index = np.arange(start, stop) % period
    return np.where(index < size, index, period - index)


def reflected_range(start: int, stop: int, size: int) -> slice:
    """Return the range of the pixels that `reflected` gives."""
    index = reflected(start, stop, size)
    return slice(int(index.min()), int(index.max()) + 1)
