"""Write an OME-Zarr folder region by region, in one go or in several."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.components import Array, Put, Region
from debcr_core.image_extras import say_left_out
from debcr_plugins.formats.zarr.folder import FINEST, Folder
from debcr_plugins.formats.zarr.group_metadata import attributes_of
from debcr_plugins.formats.zarr.labels import FOLDER, copy_labels
from debcr_plugins.formats.zarr.levels import write_levels

if TYPE_CHECKING:
    import xarray as xr


def begin(
    template: xr.DataArray, path: Path, version: str, block: Sequence[int], *, shards: bool
) -> None:
    """Lay out a folder for pixels that come later (see `Writer.begin`).

    Parameters
    ----------
    template : xarray.DataArray
        Dims, shape, dtype and metadata.
    path : Path
        The folder, which does not exist.
    version : {"0.4", "0.5"}
        Version of OME-Zarr.
    block : sequence of int
        Pixels per axis that arrive at once.
    shards : bool
        Whether version 0.5 stores them in one file.
    """
    say_left_out(template, "an OME-Zarr", keeps=("levels", "label_images"))
    Folder(path, template, version).begin(block, shards=shards)


def finish(template: xr.DataArray, path: Path, version: str, limits: tuple[float, float]) -> None:
    """Add labels and coarser levels to a folder with all pixels, and then the metadata.

    Parameters
    ----------
    template, path, version
        As in `begin`.
    limits : tuple of float
        The smallest and the largest finite pixel.
    """
    folder = Folder(path, template, version)
    folder.remove_torn()
    if "label_images" in template.attrs:
        # Some of them may be there, of a time before this one.
        shutil.rmtree(path / FOLDER, ignore_errors=True)
        copy_labels(folder.group, template, version)
    levels = write_levels(folder, template)
    folder.group.attrs.update(attributes_of(template, version, limits, levels))


@contextmanager
def open_folder(template: xr.DataArray, path: Path, version: str) -> Iterator[Put]:
    """Create a folder, fill it with regions of any size, and complete it at the end.

    Each chunk lies in a file of its own, since it is not known what arrives together.

    Parameters
    ----------
    template, path, version
        As in `begin`.

    Yields
    ------
    callable
        ``put(region, block)``.
    """
    begin(template, path, version, template.shape, shards=False)
    array = Folder(path, template, version).array(FINEST)
    ranges: list[tuple[float, float]] = []

    def put(region: Region, block: Array) -> None:
        array.put(region, block)
        finite = block[np.isfinite(block)]
        if finite.size:
            ranges.append((float(finite.min()), float(finite.max())))

    yield put
    limits = min((r[0] for r in ranges), default=0.0), max((r[1] for r in ranges), default=1.0)
    finish(template, path, version, limits)
