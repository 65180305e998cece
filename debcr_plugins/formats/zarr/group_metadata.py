"""Metadata of an OME-Zarr image that is written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from yaozarrs import DimSpec, v04, v05

from debcr_core.notices import others_silenced

if TYPE_CHECKING:
    import xarray as xr

RESTORATION = "debcr"
"""Attribute that holds the record of a restoration."""
DISPLAY_COLOURS = ("FFFFFF", "00FF00", "FF00FF", "00FFFF", "FFFF00", "FF0000", "0000FF")
RGB = ("FF0000", "00FF00", "0000FF")


def attributes_of(
    template: xr.DataArray,
    version: str,
    window: tuple[float, float],
    levels: list[dict[str, Any]],
) -> dict[str, Any]:
    """Return the attributes of an image's group, as the version lays them out.

    Parameters
    ----------
    template : xarray.DataArray
        The image; its values are not read.
    version : {"0.4", "0.5"}
        Version of OME-Zarr.
    window : tuple of float
        Which intensities to show from black to white.
    levels : list of dict
        Entries of the coarser levels in ``datasets``.
    """
    record = template.attrs.get("restoration")
    made = {} if record is None else {RESTORATION: json.loads(record)}
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
    return {**(attributes if version == "0.4" else {"ome": attributes}), **made}


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
