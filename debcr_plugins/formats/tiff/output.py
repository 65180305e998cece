"""Write an image to a TIFF, alone or with coarser resolution levels beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.components import Put
from debcr_core.image_blocks import blocks_of
from debcr_core.image_extras import SLICE_LABEL, say_left_out
from debcr_plugins.formats.tiff import layout as alone
from debcr_plugins.formats.tiff.layout import Layout, lay_out
from debcr_plugins.formats.tiff.levels import levels_of, open_levels, write_levels

if TYPE_CHECKING:
    import xarray as xr


def write(image: xr.DataArray, path: Path, compression: str, always_ome: bool) -> None:
    """Write an image, plane by plane or, uncompressed, block by block.

    Warns
    -----
    DebcrWarning
        If the image has extras that the file does not hold.
    """
    if compression == "none":
        with open_output(image, path, always_ome) as put:
            for region, block in blocks_of(image):
                put(region, block)
        return
    layout = lay_out(image, always_ome)
    if _say_left_out(image, layout):
        write_levels(image, path, layout, compression)
    else:
        alone.write(image, path, compression, always_ome)


@contextmanager
def open_output(template: xr.DataArray, path: Path, always_ome: bool) -> Iterator[Put]:
    """Create an uncompressed file of full size for regions in any order.

    Warns
    -----
    DebcrWarning
        If the image has extras that the file does not hold.
    """
    layout = lay_out(template, always_ome)
    if _say_left_out(template, layout):
        with open_levels(template, path, layout) as put:
            yield put
    else:
        yield alone.open_file(template, path, always_ome)


def _say_left_out(image: xr.DataArray, layout: Layout) -> bool:
    """Tell the user what the file does not hold; return whether it holds levels."""
    if layout.arguments["imagej"]:
        say_left_out(image, "an ImageJ hyperstack", keeps=(SLICE_LABEL, "value_unit"))
        return False
    levels = levels_of(image)
    say_left_out(image, "an OME-TIFF", keeps=("levels",) if levels else ())
    return bool(levels)
