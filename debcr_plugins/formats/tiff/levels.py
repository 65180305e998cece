"""Coarser resolution levels in an OME-TIFF, in what it calls SubIFDs: read and written.

Levels are coarser along y and x alone, as the OME-TIFF specification has it
(https://docs.openmicroscopy.org/ome-model/6.3.1/ome-tiff/specification.html#sub-resolutions).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import tifffile

from debcr_core.components import Array, Put
from debcr_plugins.formats.coarser import Factors, coarser, coarser_shape
from debcr_plugins.formats.raw_file import RawFile
from debcr_plugins.formats.tiff.imagej import LARGEST
from debcr_plugins.formats.tiff.layout import Layout, into_place, page_axes, planes

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


@contextmanager
def open_levels(template: xr.DataArray, path: Path, layout: Layout) -> Iterator[Put]:
    """Create an uncompressed OME-TIFF with levels, fill the finest, then make the others of it.

    Parameters
    ----------
    template : xarray.DataArray
        Dims, shape, dtype and metadata.
    path : Path
        The file, which does not exist.
    layout : Layout
        How it lies in the file.

    Yields
    ------
    callable
        ``put(region, block)``.
    """
    files = [
        RawFile(path, layout.dtype, shape, offset)
        for shape, offset in _create(template, path, layout)
    ]
    yield into_place(template, path, layout, files[0].offset)
    for file, factors in zip(files[1:], levels_of(template), strict=True):
        for region, block in coarser(files[0], layout.dims, factors, file.dtype):
            file.put(region, block)


def _create(
    template: xr.DataArray, path: Path, layout: Layout
) -> Iterator[tuple[tuple[int, ...], int]]:
    """Write everything but pixels; yield the shape of each level and where its pixels begin."""
    levels = levels_of(template)
    arguments = _arguments(layout)
    with tifffile.TiffWriter(path, ome=True, bigtiff=_is_big(layout)) as writer:
        place: Any = writer.write(None, subifds=len(levels), returnoffset=True, **arguments)
        yield arguments["shape"], place[0]
        for factors in levels:
            shape = coarser_shape(layout.dims, layout.arguments["shape"], factors)
            place = writer.write(None, returnoffset=True, **_of_level(arguments, shape))
            yield shape, place[0]


def write_levels(image: xr.DataArray, path: Path, layout: Layout, compression: str) -> None:
    """Write a compressed OME-TIFF with levels, each made of the whole image."""
    levels = levels_of(image)
    ordered = image.transpose(*layout.dims)
    arguments = _arguments(layout) | {
        "compression": compression,
        "predictor": layout.dtype.kind in "iu",
    }
    with tifffile.TiffWriter(path, ome=True, bigtiff=_is_big(layout)) as writer:
        writer.write(planes(ordered, layout), subifds=len(levels), **arguments)
        for factors in levels:
            shape = coarser_shape(layout.dims, ordered.shape, factors)
            pages = _pages(ordered, layout, factors)
            writer.write(pages, **_of_level(arguments, shape))


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


def _arguments(layout: Layout) -> dict[str, Any]:
    return {key: value for key, value in layout.arguments.items() if key not in ("imagej", "ome")}


def _of_level(arguments: dict[str, Any], shape: tuple[int, ...]) -> dict[str, Any]:
    """Return the arguments for a level: without metadata, which stand with the finest."""
    own = {"shape": shape, "subfiletype": 1, "metadata": None}
    return {key: value for key, value in arguments.items() if key != "extratags"} | own


def _is_big(layout: Layout) -> bool:
    """Say whether places in the file need 64 bits: levels take at most as much again."""
    return 2 * int(np.prod(layout.arguments["shape"])) * layout.dtype.itemsize > LARGEST
