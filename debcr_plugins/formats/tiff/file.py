"""Open a TIFF, choose the series and make an image of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import tifffile

from debcr_core.errors import ReadError, UsageError
from debcr_core.files.lazy import Rearranged, lazy_image
from debcr_core.files.raw_file import RawFile
from debcr_core.notices import say
from debcr_plugins.formats.asking import asking
from debcr_plugins.formats.colours import greys_of, without_equal_colours
from debcr_plugins.formats.lookup import LookedUp
from debcr_plugins.formats.tiff import imagej, imagej_calibration, ome_xml
from debcr_plugins.formats.tiff.axes import PALETTE, name_axes
from debcr_plugins.formats.tiff.chain import count_pages
from debcr_plugins.formats.tiff.facts import Facts, resolution_facts
from debcr_plugins.formats.tiff.layout import RESTORATION
from debcr_plugins.formats.tiff.levels import coarser_levels
from debcr_plugins.formats.tiff.pixels import TiffPixels
from debcr_plugins.formats.tiff.promises import check_series

if TYPE_CHECKING:
    import xarray as xr

# What matters of tifffile's messages is checked here and told in sentences.
logging.getLogger("tifffile").addHandler(logging.NullHandler())

TIFFS = (".tif", ".tiff", ".tf2", ".tf8", ".btf")


def read(path: Path, asked: int | None) -> xr.DataArray:
    """Return one series of a TIFF, lazily.

    Parameters
    ----------
    path : Path
        The file.
    asked : int or None
        Number of the series; without one the first, with a word on others.
    """
    number = asked or 0
    with _opened(path) as tif:
        series = _choose(tif, asked, path)
        check_series(tif, series, path)
        facts = replace(_facts(tif, series, number, path), levels=coarser_levels(series))
        pixels = _valued(_pixels(series, number, path), tif, series, path)
    view, dims, facts = name_axes(Rearranged.whole(pixels), series, facts, path)
    image = lazy_image(
        view,
        dims,
        pixels.pieces,
        pixel_size=facts.pixel_size,
        unit=facts.unit,
        channels=facts.channels,
        rgb=facts.rgb,
    )
    return without_equal_colours(facts.extras_for(image))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a TIFF of which the chain of pages and the OME metadata are what they seem."""
    pages = count_pages(path)
    with tifffile.TiffFile(path) as tif:
        if tif.ome_metadata:
            _check_main_file(tif.ome_metadata, path)
            ome_xml.check_promises(tif.ome_metadata, pages, path)
        yield tif


def _check_main_file(xml: str, path: Path) -> None:
    """Refuse the pixels of an image whose metadata are out of reach: they say what is a plane."""
    main = ome_xml.main_file(xml, path)
    if main is None:
        return
    if not path.with_name(main).is_file():
        raise ReadError(
            f"{path} is part of an image whose metadata lie in {main}, which is not beside it: "
            "put all files of the set into one folder, under their own names."
        )
    if not main.lower().endswith(TIFFS):
        raise ReadError(
            f"{path} is part of an image whose metadata lie in {main}, which is not read: open "
            "that one in Fiji (Bio-Formats), and save the image as one OME-TIFF."
        )


def images_in(path: Path) -> list[int]:
    """Return the numbers of the series that are images, and no smaller copies of such."""
    with _opened(path) as tif:
        return [n for n, series in enumerate(tif.series) if not series.keyframe.is_reduced]


def files_of(path: Path) -> list[Path]:
    """Return the files that an OME-TIFF lies in, first the one to open."""
    try:
        main = ome_xml.main_file(_description(path), path) or path.name
        named = ome_xml.file_names(_description(path.with_name(main)), path)
    except Exception:  # damage is explained when the file is read
        return [path]
    first = [] if main in named else [main]
    there = [file for name in (*first, *named) if (file := path.with_name(name)).is_file()]
    return there if path in there else [path]


def _description(path: Path) -> str:
    with tifffile.TiffFile(path) as tif:
        return tif.ome_metadata or ""


def read_colours(path: Path, number: int) -> tuple[str, ...]:
    """Return a colour for each channel, ``#rrggbb``, if the file says which."""
    with _opened(path) as tif:
        kind = _choose(tif, number, path).kind
        if kind == "ome":
            return ome_xml.read_colours(tif.ome_metadata, number)
        return imagej.read_colours(tif.imagej_metadata) if kind == "imagej" else ()


def read_restoration(path: Path, number: int) -> str | None:
    """Return the record of a restoration that a series of a TIFF holds, if it does."""
    with _opened(path) as tif:
        tag = _choose(tif, number, path).keyframe.tags.get(RESTORATION)
        return None if tag is None else str(tag.value)


def _choose(tif: tifffile.TiffFile, asked: int | None, path: Path) -> Any:
    count, number = len(tif.series), asked or 0
    if not count:
        raise ReadError(f"{path} is a TIFF without images: copy or export it again.")
    if number >= count:
        raise UsageError(
            f"{path} has no series {number}: its last is series {count - 1}.",
            advice=f"Choose it: {asking('tiff', 'series', count - 1)}.",
            kind="several-images",
        )
    if count > 1 and asked is None:
        say(
            f"{path} holds {count} series: the first is read.",
            kind="several-images",
            advice=f"Choose another, up to {count - 1}: {asking('tiff', 'series', 1)}.",
        )
    return tif.series[number]


def _facts(tif: Any, series: Any, number: int, path: Path) -> Facts:
    if series.kind == "ome":
        return ome_xml.read_facts(tif.ome_metadata, number)
    if tif.is_ome:
        say(
            f"The OME metadata of {path} do not describe its pages: they are left out.",
            kind="metadata-left-out",
        )
    if series.kind == "imagej":
        return imagej.read_facts(tif.imagej_metadata, series)
    return resolution_facts(series.keyframe)


def _valued(
    pixels: RawFile | TiffPixels, tif: Any, series: Any, path: Path
) -> RawFile | TiffPixels | LookedUp:
    """Return the pixels with the values that they stand for."""
    page = series.keyframe
    table = None
    if page.photometric == PALETTE and not page.is_imagej:
        table = greys_of(np.asarray(page.colormap))
    elif series.kind == "imagej" and page.samplesperpixel == 1:
        table = imagej_calibration.read_table(tif.imagej_metadata, pixels.dtype, path)
    return pixels if table is None else LookedUp(pixels, table)


def _pixels(series: Any, number: int, path: Path) -> RawFile | TiffPixels:
    if series.dataoffset is None or series.is_multifile:
        return TiffPixels(path, number, series)
    stored = np.dtype(series.keyframe.parent.byteorder + series.dtype.char)
    return RawFile(path, stored, series.get_shape(squeeze=False), series.dataoffset)
