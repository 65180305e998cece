"""Pixels of a TIFF's pages, decoded strip by strip or tile by tile as they are asked for."""

from __future__ import annotations

from math import ceil, prod
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from debcr_core.components import Array
from debcr_plugins.formats.indexing import enclosing


class TiffPixels:
    """A series of pages as one array.

    The file is open only while a region is read. A copy that travels to another process opens
    the file there anew.

    Attributes
    ----------
    pieces : tuple of int
        How much of each axis is decoded at once: of pages one, of its rows a strip or tile.

    Parameters
    ----------
    path : Path
        The file.
    number : int
        Number of the series.
    series : tifffile.TiffPageSeries, optional
        The series, if it is open already.
    """

    def __init__(self, path: Path, number: int, series: Any = None) -> None:
        self._source = (path, number)
        if series is None:
            with tifffile.TiffFile(path) as tif:
                self._take(tif.series[number])
        else:
            self._take(series)

    def _take(self, series: Any) -> None:
        self.shape: tuple[int, ...] = tuple(series.get_shape(squeeze=False))
        self.ndim = len(self.shape)
        self.dtype: np.dtype[Any] = series.dtype.newbyteorder("=")
        self._pages = list(series)
        self._page = series.keyframe
        self._split = self.ndim - _axes_of_page(self.shape, self._page)
        self._decode = self._page.decode
        self._high = self._page.tilelength if self._page.is_tiled else self._page.rowsperstrip
        rows = _row_axis(self.shape[self._split :], self._page)
        within = list(self.shape[self._split :])
        if rows is not None:
            within[rows] = self._high
        self.pieces = (*[1] * self._split, *within)

    def __reduce__(self) -> tuple[type[TiffPixels], tuple[Path, int]]:
        """Travel as the file's name and the series' number."""
        return (TiffPixels, self._source)

    def __getitem__(self, index: Any) -> Array:
        """Read what an index of ints and slices asks for."""
        region, inside = enclosing(index, self.shape)
        numbers = np.arange(len(self._pages)).reshape(self.shape[: self._split])
        block = np.empty([part.stop - part.start for part in region], self.dtype)
        for position, number in np.ndenumerate(numbers[region[: self._split]]):
            block[position] = self._read(self._pages[number], region[self._split :])
        wanted: Array = block[inside]
        return wanted

    def _read(self, page: Any, within: tuple[slice, ...]) -> Array:
        """Read part of a page; only the strips and tiles in its rows are decoded."""
        samples, depth, height, width, contiguous = self._page.shaped
        shape = list(self.shape[self._split :])
        axis = _row_axis(self.shape[self._split :], self._page)
        rows = slice(0, height) if axis is None else within[axis]
        lines = np.full(
            (samples, depth, rows.stop - rows.start, width, contiguous),
            self._page.nodata,
            self.dtype,
        )
        with Path(page.parent.filehandle.path).open("rb") as file:
            for number in self._segments(rows):
                self._decode_into(lines, rows, page, number, file)
        if axis is not None:
            shape[axis] = rows.stop - rows.start
            within = (*within[:axis], slice(None), *within[axis + 1 :])
        return lines.reshape(shape)[within]

    def _segments(self, rows: slice) -> list[int]:
        page = self._page
        samples, depth, height, width, _ = page.shaped
        if page.is_tiled:
            deep, across = page.tiledepth, ceil(width / page.tilewidth)
        else:
            deep, across = 1, 1
        shape = (samples, ceil(depth / deep), ceil(height / self._high), across)
        numbers = np.arange(prod(shape)).reshape(shape)
        wanted: list[int] = (
            numbers[:, :, rows.start // self._high : ceil(rows.stop / self._high)].ravel().tolist()
        )
        return wanted

    def _decode_into(self, lines: Array, rows: slice, page: Any, number: int, file: Any) -> None:
        offset, count = page.dataoffsets[number], page.databytecounts[number]
        if not offset or not count:
            return
        file.seek(offset)
        tables = {"jpegtables": page.jpegtables, "jpegheader": self._page.jpegheader}
        segment, (s, d, top, left, _), _ = self._decode(file.read(count), number, **tables)
        first, last = max(top, rows.start), min(top + segment.shape[1], rows.stop)
        target = lines[s, d : d + segment.shape[0], first - rows.start : last - rows.start, left:]
        target = target[:, :, : segment.shape[2]]
        deep, _, wide, _ = target.shape
        target[...] = segment[:deep, first - top : last - top, :wide]


def _axes_of_page(shape: tuple[int, ...], page: Any) -> int:
    """Return how many of the last axes lie in one page."""
    for count in range(1, len(shape) + 1):
        if prod(shape[-count:]) == page.size:
            return count
    raise ValueError(f"pages of shape {page.shape} do not make an image of shape {shape}")


def _row_axis(shape: tuple[int, ...], page: Any) -> int | None:
    """Return which of a page's axes counts its rows; None if several do, or a part of one."""
    _, _, height, width, contiguous = page.shaped
    for axis, size in enumerate(shape):
        if size == height and prod(shape[axis + 1 :]) == width * contiguous:
            return axis
    return None
