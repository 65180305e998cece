"""Write an OME-Zarr folder region by region."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import zarr
from yaozarrs import DimSpec, v04, v05

from debcr_core.components import Array, Put, Region
from debcr_core.image_extras import say_left_out
from debcr_core.notices import others_silenced
from debcr_plugins.formats.zarr.arrays import create_array
from debcr_plugins.formats.zarr.labels import copy_labels
from debcr_plugins.formats.zarr.levels import write_levels
from debcr_plugins.formats.zarr.one_by_one import OneByOne

if TYPE_CHECKING:
    import xarray as xr

LARGEST_CHUNK = 512
RESTORATION = "debcr"
"""Attribute that holds the record of a restoration."""
DISPLAY_COLOURS = ("FFFFFF", "00FF00", "FF00FF", "00FFFF", "FFFF00", "FF0000", "0000FF")
RGB = ("FF0000", "00FF00", "0000FF")


@contextmanager
def open_folder(template: xr.DataArray, path: Path, version: str) -> Iterator[Put]:
    """Create the folder, fill it, and add the metadata at the end.

    Parameters
    ----------
    template : xarray.DataArray
        Dims, shape, dtype and metadata.
    path : Path
        The folder, which does not exist.
    version : {"0.4", "0.5"}
        Version of OME-Zarr.

    Yields
    ------
    callable
        ``put(region, block)``.
    """
    group = zarr.open_group(path, mode="w-", zarr_format=2 if version == "0.4" else 3)
    say_left_out(template, "an OME-Zarr", keeps=("levels", "label_images"))
    if "label_images" in template.attrs:
        copy_labels(group, template, version)
    array = _create_array(group, "0", template.shape, template, version)
    ranges: list[tuple[float, float]] = []

    def put(region: Region, block: Array) -> None:
        array.put(region, block)
        finite = block[np.isfinite(block)]
        if finite.size:
            ranges.append((float(finite.min()), float(finite.max())))

    yield put
    levels = write_levels(
        array, template, lambda name, shape: _create_array(group, name, shape, template, version)
    )
    low, high = min((r[0] for r in ranges), default=0), max((r[1] for r in ranges), default=1)
    record = template.attrs.get("restoration")
    made = {} if record is None else {RESTORATION: json.loads(record)}
    group.attrs.update({**_metadata(template, version, (low, high), levels), **made})


def _create_array(
    group: Any, name: str, shape: Sequence[int], template: xr.DataArray, version: str
) -> OneByOne:
    dims = [str(dim) for dim in template.dims]
    chunks = [
        min(LARGEST_CHUNK, size) if dim in "yx" else 1
        for dim, size in zip(dims, shape, strict=True)
    ]
    return create_array(
        group, name, shape, template.dtype, dims=dims, chunks=chunks, version=version
    )


def _metadata(
    template: xr.DataArray,
    version: str,
    window: tuple[float, float],
    levels: list[dict[str, Any]],
) -> dict[str, Any]:
    """Return the group's attributes, as the version lays them out."""
    sizes, units = template.attrs.get("pixel_size", {}), template.attrs.get("unit", {})
    dims = [DimSpec(name=d, scale=sizes.get(d, 1.0), unit=units.get(d)) for d in template.dims]
    model: Any = v04 if version == "0.4" else v05
    with others_silenced():
        # Units beyond the specification's list are kept: readers need not know them.
        image = model.Image(
            multiscales=[model.Multiscale.from_dims(dims)],
            omero=_display(template, window),
        )
    attributes: dict[str, Any] = image.model_dump(exclude_none=True, mode="json")
    attributes["multiscales"][0]["datasets"] += levels
    return attributes if version == "0.4" else {"ome": attributes}


def _display(template: xr.DataArray, window: tuple[float, float]) -> dict[str, Any] | None:
    """Return display settings, where the format keeps channel names."""
    if "c" not in template.coords:
        return None
    low, high = window
    colours = RGB if template.attrs.get("rgb") else DISPLAY_COLOURS
    limits = {"start": low, "min": low, "end": high, "max": high}
    channels = [
        {"label": str(name), "color": colours[number % len(colours)], "window": limits}
        for number, name in enumerate(template.coords["c"].values)
    ]
    return {"channels": channels}
