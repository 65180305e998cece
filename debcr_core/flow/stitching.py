"""Join restored tiles to one image, band by band, so that memory does not grow with it.

Each output pixel is the weighted mean of the tiles that serve it, summed in the order of the
grid: a function of its position alone, however the work is divided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, pairwise
from typing import Any

import numpy as np

from debcr_core.components import Array, Blender, Floats, Region, Tile

Band = list[Tile]


def bands(tiles: Iterable[Tile]) -> list[Band]:
    """Group the tiles of a grid that serve the same range of the first axis."""

    def rows(tile: Tile) -> tuple[int, int]:
        return tile.serve[0].start, tile.serve[0].stop

    return [list(group) for _, group in groupby(tiles, key=rows)]


def stitch(
    tiles: list[Tile],
    shape: tuple[int, ...],
    blender: Blender,
    predict: Callable[[Band], Iterator[Floats]],
) -> Iterator[tuple[slice, Floats]]:
    """Yield finished ranges of the first axis, from the first to the last.

    Parameters
    ----------
    tiles : list of Tile
        The grid, ordered by position.
    shape : tuple of int
        Spatial shape of the image.
    blender : Blender
        Gives the weights.
    predict : callable
        Maps a band to the network's output for each of its tiles, ``(…, *tile shape)``.

    Yields
    ------
    (slice, array)
        Range of the first spatial axis and the restored pixels, ``(…, rows, *shape[1:])``.
    """
    grouped = bands(tiles)
    ends = [following[0].serve[0].start for _, following in pairwise(grouped)]
    top, total, weight = 0, None, None
    for band, ready in zip(grouped, [*ends, shape[0]], strict=True):
        bottom = band[0].serve[0].stop
        for tile, output in zip(band, predict(band), strict=True):
            lead = output.shape[: output.ndim - len(shape)]
            total = _extend(total, (*lead, bottom - top, *shape[1:]))
            weight = _extend(weight, (bottom - top, *shape[1:]))
            _add(total, weight, tile, output, blender, top)
        assert total is not None
        assert weight is not None
        axis = -len(shape)
        done, total = np.split(total, [ready - top], axis=axis)
        done_weight, weight = np.split(weight, [ready - top])
        yield slice(top, ready), (done / done_weight).astype(np.float32)
        top = ready


def _extend(array: Array | None, shape: tuple[int, ...]) -> Array:
    """Return `array` with zeros appended up to `shape`; as it is where nothing is missing."""
    if array is not None and array.shape == shape:
        return array
    # Hundreds of tiles can serve one pixel: in single precision the sums would drift.
    extended = np.zeros(shape, np.float64)
    if array is not None:
        extended[tuple(slice(size) for size in array.shape)] = array
    return extended


def _add(
    total: Array, weight: Array, tile: Tile, output: Floats, blender: Blender, top: int
) -> None:
    """Add one tile to the running sums, whose first row is row `top` of the image."""
    rows, *others = tile.serve
    place: Region = (slice(rows.start - top, rows.stop - top), *others)
    inside = tuple(
        slice(serve.start - read.start, serve.stop - read.start)
        for serve, read in zip(tile.serve, tile.read, strict=True)
    )
    shape = tuple(part.stop - part.start for part in tile.serve)
    share = blender.weights(shape, tile.overlap)
    here: Any = (..., *place)
    kept: Any = (..., *inside)
    total[here] += share * output[kept]
    weight[place] += share


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
