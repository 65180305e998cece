"""Coarser resolution levels in an OME-TIFF, in what it calls SubIFDs: read and written.

Levels are coarser along y and x alone, as the OME-TIFF specification has it
(https://docs.openmicroscopy.org/ome-model/6.3.1/ome-tiff/specification.html#sub-resolutions).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import tifffile

from debcr_core.components import Array
from debcr_core.files.raw_file import RawFile
from debcr_plugins.formats.coarser import Factors, coarser, coarser_shape
from debcr_plugins.formats.tiff.creating import is_big, level_arguments, writer_arguments
from debcr_plugins.formats.tiff.layout import Layout, page_axes, planes
from debcr_plugins.formats.tiff.tiled_file import TiledFile

if TYPE_CHECKING:
    import xarray as xr


def coarser_levels(series: Any) -> tuple[Factors, ...]:
    """Return how much coarser the levels beside a series are, in whole numbers."""
    high, wide = _plane(series)
    found: list[Factors] = []
    for level in series.levels[1:]:
        rows, columns = _plane(level)
        ratios = {"y": round(high / rows), "x": round(wide / columns)}
        factors = {dim: ratio for dim, ratio in ratios.items() if ratio > 1}
        if factors and factors not in found:
            found.append(factors)
    return tuple(found)


def _plane(series: Any) -> tuple[int, int]:
    return series.keyframe.imagelength, series.keyframe.imagewidth


def levels_of(image: xr.DataArray) -> list[Factors]:
    """Return the levels of an image that a TIFF can have beside it: all, or none."""
    dims = [str(dim) for dim in image.dims]
    levels: tuple[Factors, ...] = image.attrs.get("levels", ())
    if any(not set(factors) <= {"y", "x"} for factors in levels):
        return []
    return [f for f in levels if 0 not in coarser_shape(dims, image.shape, f)]


def fill_levels(
    files: Sequence[RawFile | TiledFile], levels: Sequence[Factors], layout: Layout
) -> None:
    """Make the coarser levels of an uncompressed OME-TIFF, of the finest, which is there.

    Parameters
    ----------
    files : sequence of RawFile or TiledFile
        Pixels of the image, then of each level.
    levels : sequence of mapping of str to int
        How much coarser than the image each level is.
    layout : Layout
        How they lie in the file.
    """
    for file, factors in zip(files[1:], levels, strict=True):
        for region, block in coarser(files[0], layout.dims, factors, file.dtype):
            file.put(region, block)


def write_levels(image: xr.DataArray, path: Path, layout: Layout, compression: str) -> None:
    """Write a compressed OME-TIFF with levels, each made of the whole image."""
    levels = levels_of(image)
    ordered = image.transpose(*layout.dims)
    arguments = writer_arguments(layout) | {
        "compression": compression,
        "predictor": layout.dtype.kind in "iu",
    }
    with tifffile.TiffWriter(path, ome=True, bigtiff=is_big(layout)) as writer:
        writer.write(planes(ordered, layout), subifds=len(levels), **arguments)
        for factors in levels:
            shape = coarser_shape(layout.dims, ordered.shape, factors)
            pages = _pages(ordered, layout, factors)
            writer.write(pages, **level_arguments(arguments, shape))


def _pages(image: xr.DataArray, layout: Layout, factors: Factors) -> Iterator[Array]:
    """Yield the pages of a level."""
    axes = page_axes(layout)
    shape = coarser_shape(layout.dims, image.shape, factors)[-axes:]
    page = np.empty(shape, layout.dtype)
    for region, block in coarser(image.data, layout.dims, factors, layout.dtype):
        inside = region[-axes:]
        page[inside] = block.reshape(block.shape[-axes:])
        if all(part.stop == size for part, size in zip(inside, shape, strict=True)):
            yield page.copy()
