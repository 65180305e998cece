"""Write an image to a TIFF, alone or with coarser resolution levels beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.image_extras import SLICE_LABEL, say_left_out
from debcr_plugins.formats.coarser import Factors
from debcr_plugins.formats.growing_file import GrowingFile
from debcr_plugins.formats.tiff import layout as alone
from debcr_plugins.formats.tiff.creating import create, open_levels
from debcr_plugins.formats.tiff.layout import Layout, lay_out
from debcr_plugins.formats.tiff.levels import fill_levels, levels_of, write_levels

if TYPE_CHECKING:
    import xarray as xr


def write(image: xr.DataArray, path: Path, compression: str, always_ome: bool) -> None:
    """Write a compressed image, plane by plane.

    Warns
    -----
    DebcrWarning
        If the image has extras that the file does not hold.
    """
    layout = lay_out(image, always_ome)
    if _say_left_out(image, layout):
        write_levels(image, path, layout, compression)
    else:
        alone.write(image, path, compression, always_ome)


def begin(template: xr.DataArray, path: Path, layout: Layout) -> None:
    """Create an uncompressed file of full size (see `Writer.begin`).

    Warns
    -----
    DebcrWarning
        If the image has extras that the file does not hold.
    """
    create(path, layout, _say_left_out(template, layout))


def growing(template: xr.DataArray, path: Path, layout: Layout) -> GrowingFile:
    """Open such a file, to fill and to read it."""
    return GrowingFile.like(template, open_levels(path, layout, 0)[0], layout.dims)


def finish(template: xr.DataArray, path: Path, layout: Layout) -> None:
    """Make the coarser levels of a file that is filled (see `Writer.finish`)."""
    levels = [] if layout.arguments["imagej"] else levels_of(template)
    if levels:
        fill_levels(open_levels(path, layout, len(levels)), levels, layout)


def _say_left_out(image: xr.DataArray, layout: Layout) -> list[Factors]:
    """Tell the user what the file does not hold; return the levels that it holds."""
    if layout.arguments["imagej"]:
        say_left_out(image, "an ImageJ hyperstack", keeps=(SLICE_LABEL, "value_unit"))
        return []
    levels = levels_of(image)
    say_left_out(image, "an OME-TIFF", keeps=("levels",) if levels else ())
    return levels
