"""Uncompressed TIFFs of full size whose pixels come later: created, and opened again."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from itertools import repeat
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from debcr_core.files.raw_file import RawFile
from debcr_plugins.formats.coarser import Factors, coarser_shape
from debcr_plugins.formats.tiff.imagej import LARGEST
from debcr_plugins.formats.tiff.layout import Layout, page_axes
from debcr_plugins.formats.tiff.tiled_file import TiledFile, tiles_of


def create(path: Path, layout: Layout, levels: Sequence[Factors]) -> None:
    """Write everything but pixels.

    Parameters
    ----------
    path : Path
        The file, which does not exist.
    layout : Layout
        Of the image.
    levels : sequence of mapping of str to int
        How much coarser than the image each level beside it is.
    """
    if not (levels or layout.tile):
        order: Any = ">" if layout.arguments["imagej"] else None
        tifffile.imwrite(path, byteorder=order, **layout.arguments)
        return
    arguments = writer_arguments(layout)
    with (
        _Sparse(path, "x+b") as file,
        tifffile.TiffWriter(file, ome=True, bigtiff=is_big(layout)) as writer,
    ):
        for factors in ({}, *levels):
            of_level = (
                level_arguments(arguments, coarser_shape(layout.dims, layout.shape, factors))
                if factors
                else {"subifds": len(levels), **arguments}
            )
            writer.write(_holes(file, layout, of_level["shape"]), **of_level)


def open_levels(path: Path, layout: Layout, levels: int) -> list[RawFile | TiledFile]:
    """Open the pixels of a file that `create` made: of the image, then of each level."""
    with tifffile.TiffFile(path) as tif:
        if layout.tile:
            return [_tiled(path, layout, level) for level in tif.series[0].levels[: levels + 1]]
        first: Any = tif.pages.first
        pages = [first, *(first.pages or ())][: levels + 1]
        # Without tiles, all pages of a level lie one after the other.
        return [
            RawFile(path, layout.dtype, _shape_of(page, layout), page.dataoffsets[0])
            for page in pages
        ]


def writer_arguments(layout: Layout) -> dict[str, Any]:
    """Return the arguments for `tifffile.TiffWriter.write`."""
    return {key: value for key, value in layout.arguments.items() if key not in ("imagej", "ome")}


def level_arguments(arguments: dict[str, Any], shape: tuple[int, ...]) -> dict[str, Any]:
    """Return the arguments for a level: without metadata, which stand with the finest."""
    own = {"shape": shape, "subfiletype": 1, "metadata": None}
    return {key: value for key, value in arguments.items() if key != "extratags"} | own


def is_big(layout: Layout) -> bool:
    """Say whether places in the file need 64 bits: levels take at most as much again."""
    return 2 * prod(layout.shape) * layout.dtype.itemsize > LARGEST


def _tiled(path: Path, layout: Layout, level: Any) -> TiledFile:
    shape = _shape_of(level.keyframe, layout)
    offsets = np.array([page.dataoffsets[0] for page in level], np.int64)
    pages = offsets.reshape(shape[: -page_axes(layout)])
    return TiledFile(path, layout.dtype, shape, layout.tile, pages)


def _shape_of(page: Any, layout: Layout) -> tuple[int, ...]:
    """Return the shape of the level that a page belongs to."""
    sizes = {"y": page.imagelength, "x": page.imagewidth}
    return tuple(sizes.get(dim, size) for dim, size in zip(layout.dims, layout.shape, strict=True))


class _Sparse(io.FileIO):
    """A file in which zeros that are to be filled later take no room on the disk.

    tifffile would write each empty tile.
    """

    def __init__(self, path: Path, mode: str) -> None:
        super().__init__(path, mode)
        self.hole = b""

    def write(self, data: Any) -> int:
        return self._skip(len(data)) if data is self.hole else super().write(data)

    def _skip(self, count: int) -> int:
        # What comes at the end of the file must come after the hole.
        self.truncate(max(self.seek(count, os.SEEK_CUR), os.fstat(self.fileno()).st_size))
        return count


def _holes(file: _Sparse, layout: Layout, shape: Sequence[int]) -> Iterator[bytes] | None:
    """Return the empty tiles of a level; None where it has none."""
    if not layout.tile:
        return None
    axes = page_axes(layout)
    samples = prod(shape[len(shape) - axes + 2 :])
    file.hole = bytes(layout.tile**2 * samples * layout.dtype.itemsize)
    count = prod(shape[:-axes]) * prod(tiles_of(shape[-axes:], layout.tile))
    return repeat(file.hole, count)
