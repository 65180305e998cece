"""Pixels of a TIFF's pages, decoded strip by strip or tile by tile as they are asked for.

Of an uncompressed strip or tile only the rows that are asked for are read. One that is large when
decoded, and of which a part was asked for, is set aside on disk: it is decoded once.
"""

from __future__ import annotations

from math import ceil, prod
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from debcr_core.components import Array
from debcr_core.files.indexing import enclosing
from debcr_core.files.raw_file import RawFile
from debcr_plugins.formats.tiff.end_marks import check_end
from debcr_plugins.formats.tiff.kept_segments import Decoded, KeptSegments

SHORT = 2**16
"""Bytes of an uncompressed strip or tile, up to which reading all of it costs least."""


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
        # What is decoded at once: a strip of whole rows, or a tile.
        self._wide = self._page.tilewidth if self._page.is_tiled else self._page.shaped[3]
        axes = _plane_axes(self.shape[self._split :], self._page)
        within = list(self.shape[self._split :])
        for axis, piece in zip(axes or (), (self._high, self._wide), strict=False):
            within[axis] = piece
        self.pieces = (*[1] * self._split, *within)
        samples, depth, height, width, _ = self._page.shaped
        deep = self._page.tiledepth if self._page.is_tiled else 1
        high, wide = ceil(height / self._high), ceil(width / self._wide)
        self._counts = (samples, ceil(depth / deep), high, wide)
        self._is_raw = deep == 1 and _is_raw(self._page)
        self._kept = KeptSegments()

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
        """Read part of a page; only the strips and tiles that it touches are decoded."""
        samples, depth, height, width, contiguous = self._page.shaped
        shape = list(self.shape[self._split :])
        axes = _plane_axes(tuple(shape), self._page)
        rows, columns = (within[axis] for axis in axes) if axes else (slice(0, height), None)
        columns = columns or slice(0, width)
        lines = np.full(
            (samples, depth, rows.stop - rows.start, columns.stop - columns.start, contiguous),
            self._page.nodata,
            self.dtype,
        )
        with Path(page.parent.filehandle.path).open("rb") as file:
            for number in self._segments(rows, columns):
                self._decode_into(lines, rows, columns, page, number, file)
        if axes:
            for axis, part in zip(axes, (rows, columns), strict=True):
                shape[axis] = part.stop - part.start
            within = tuple(
                slice(None) if axis in axes else part for axis, part in enumerate(within)
            )
        return lines.reshape(shape)[within]

    def _segments(self, rows: slice, columns: slice) -> list[int]:
        samples, deep, high, wide = map(range, self._counts)
        down = high[rows.start // self._high : ceil(rows.stop / self._high)]
        right = wide[columns.start // self._wide : ceil(columns.stop / self._wide)]
        wanted = np.ravel_multi_index(np.ix_(samples, deep, down, right), self._counts)
        numbers: list[int] = wanted.ravel().tolist()
        return numbers

    def _decode_into(
        self, lines: Array, rows: slice, columns: slice, page: Any, number: int, file: Any
    ) -> None:
        offset, count = page.dataoffsets[number], page.databytecounts[number]
        if not offset or not count:
            return
        key = (file.name, offset)
        held = self._in_place(page, number) or self._kept.find(key)
        decoded = held or self._read_decoded(page, number, file)
        segment, (s, d, top, left, *_) = decoded
        deep = min(segment.shape[0], lines.shape[1] - d)
        down, inside_rows = _shared(top, segment.shape[1], rows)
        right, inside_columns = _shared(left, segment.shape[2], columns)
        part = segment[:deep, inside_rows, inside_columns]
        lines[s, d : d + deep, down, right] = part
        if held is None and part.size < prod(segment.shape):
            # Other parts will be asked for.
            self._kept.keep(key, decoded)

    def _in_place(self, page: Any, number: int) -> Decoded | None:
        """Return a large strip or tile that can be read where it lies; None where it cannot."""
        s, d, down, right = map(int, np.unravel_index(number, self._counts))
        top, left = down * self._high, right * self._wide
        _, _, height, _, contiguous = self._page.shaped
        rows = self._high if self._page.is_tiled else min(self._high, height - top)
        shape = (1, rows, self._wide, contiguous)
        needed = prod(shape) * self.dtype.itemsize
        if not self._is_raw or not SHORT < needed <= page.databytecounts[number]:
            return None
        path = Path(page.parent.filehandle.path)
        stored = self.dtype.newbyteorder(page.parent.byteorder)
        return RawFile(path, stored, shape, page.dataoffsets[number]), (s, d, top, left)

    def _read_decoded(self, page: Any, number: int, file: Any) -> Decoded:
        file.seek(page.dataoffsets[number])
        return self._decoded(file.read(page.databytecounts[number]), page, number)

    def _decoded(self, stored: bytes, page: Any, number: int) -> Decoded:
        """Return a strip or tile, and where it lies in its page."""
        # With a header for all, each is a part of one large JPEG and has no end of its own.
        if self._page.jpegheader is None:
            check_end(stored, int(self._page.compression))
        tables = {"jpegtables": page.jpegtables, "jpegheader": self._page.jpegheader}
        try:
            segment, place, _ = self._decode(stored, number, **tables)
        except MemoryError as error:
            # numpy says of what shape the array is that it could not make.
            if prod(getattr(error, "shape", ())) > prod(self.pieces):
                raise ValueError("a strip or tile claims more pixels than it can hold") from error
            raise
        return segment, place


def _is_raw(page: Any) -> bool:
    """Say whether a page's pixels are stored as numpy has them, but for the order of bytes."""
    return (
        page.compression == 1
        and page.predictor == 1
        and page.fillorder == 1
        and page.bitspersample == page.dtype.itemsize * 8
        and page.subsampling in (None, (1, 1))
    )


def _shared(start: int, length: int, part: slice) -> tuple[slice, slice]:
    """Return where a segment lies in a part of a page, and what of the segment that is."""
    first, last = max(start, part.start), min(start + length, part.stop)
    return slice(first - part.start, last - part.start), slice(first - start, last - start)


def _axes_of_page(shape: tuple[int, ...], page: Any) -> int:
    """Return how many of the last axes lie in one page."""
    for count in range(1, len(shape) + 1):
        if prod(shape[-count:]) == page.size:
            return count
    raise ValueError(f"pages of shape {page.shape} do not make an image of shape {shape}")


def _plane_axes(shape: tuple[int, ...], page: Any) -> tuple[int, int] | None:
    """Return which of a page's axes count its rows and columns; None if other axes are mixed in."""
    _, _, height, width, contiguous = page.shaped
    for axis, size in enumerate(shape[:-1]):
        if size == height and shape[axis + 1] == width and prod(shape[axis + 2 :]) == contiguous:
            return axis, axis + 1
    return None
