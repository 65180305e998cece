"""Several images in one OME-TIFF, written one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import tifffile

from debcr_core.components import Add, Array, Put, Region
from debcr_core.files.raw_file import RawFile
from debcr_core.image_extras import say_left_out
from debcr_core.plain_variables import with_pixels
from debcr_plugins.formats.growing_file import GrowingFile
from debcr_plugins.formats.tiff.layout import lay_out, planes

if TYPE_CHECKING:
    import xarray as xr

LARGEST = 2**32 - 2**25
"""Bytes that are left for pixels where places in the file have 32 bits."""


@contextmanager
def open_series(path: Path, compression: str, least_bytes: int) -> Iterator[Add]:
    """Create an OME-TIFF and take one image after the other, each a series.

    Parameters
    ----------
    path : Path
        The file, which does not exist.
    compression : str
        As in the writer's parameters.
    least_bytes : int
        What the pixels take, if they are not compressed.

    Yields
    ------
    callable
        ``add(name, template)``.
    """
    # What compressed pixels will take is not known before.
    is_big = compression != "none" or least_bytes > LARGEST
    with path.open("x+b") as file, tifffile.TiffWriter(file, ome=True, bigtiff=is_big) as writer:

        @contextmanager
        def add(name: str, template: xr.DataArray) -> Iterator[Put]:
            say_left_out(template, "an OME-TIFF of several series")
            layout = lay_out(template, always_ome=True)
            arguments = {k: v for k, v in layout.arguments.items() if k not in ("imagej", "ome")}
            arguments["metadata"]["Name"] = name
            if compression == "none":
                place: Any = writer.write(None, returnoffset=True, **arguments)
                file.flush()
                pixels = RawFile(path, layout.dtype, layout.shape, place[0])
                yield GrowingFile.like(template, pixels, layout.dims).put
                return
            collected = np.empty(template.shape, template.dtype)

            def put(region: Region, block: Array) -> None:
                collected[region] = block

            yield put
            image = with_pixels(template, collected).transpose(*layout.dims)
            predictor = layout.dtype.kind in "iu"
            writer.write(
                planes(image, layout), compression=compression, predictor=predictor, **arguments
            )

        yield add
