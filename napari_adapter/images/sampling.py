"""Pixel sizes and units: those of an image, and a layer's scale and units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from debcr_core.image import MICROMETERS, SECONDS, unit_name
from napari_adapter.images.facts import facts_of

if TYPE_CHECKING:
    import xarray as xr
    from napari.layers import Image

NO_UNIT = "pixel"
"""What napari says where no unit is known."""


def sampling_of(layer: Image, axes: str) -> tuple[dict[str, float], dict[str, str]]:
    """Return the pixel size along a layer's axes, and its units, where they are known.

    A scale of 1 without a unit is what napari has where nothing is known.

    Parameters
    ----------
    layer : napari.layers.Image
        The layer.
    axes : str
        A letter for each axis of its data.
    """
    attrs = facts_of(layer).get("attrs", {})
    sizes: dict[str, float] = {}
    units: dict[str, str] = {}
    # The colours of an RGB layer have no scale.
    for dim, step, unit in zip(axes, layer.scale, map(str, layer.units), strict=False):
        named = unit_name(unit) if unit not in (NO_UNIT, "dimensionless") else ""
        named = named or attrs.get("unit", {}).get(dim, "")
        known = named or step != 1 or dim in attrs.get("pixel_size", {})
        if dim != "c" and known:
            sizes[dim] = abs(float(step))
            units.update({dim: named} if named else {})
    return sizes, units


def scale_of(image: xr.DataArray, dims: str) -> list[float]:
    """Return a layer's scale: pixel sizes, 1 where unknown."""
    return [float(image.attrs.get("pixel_size", {}).get(dim, 1.0)) for dim in dims]


def units_of(image: xr.DataArray, dims: str) -> list[str]:
    """Return a layer's units; a pixel where there is none that napari understands."""
    units: Mapping[str, str] = image.attrs.get("unit", {})
    known = image.attrs.get("pixel_size", {})
    return [_napari_unit(units.get(dim, "")) if dim in known else NO_UNIT for dim in dims]


def translate_of(image: xr.DataArray, dims: str) -> list[float]:
    """Return where an image begins, in its units: a part of an image keeps its place."""
    return [_start(image, dim) for dim in dims]


def _start(image: xr.DataArray, dim: str) -> float:
    factors = SECONDS if dim == "t" else MICROMETERS
    factor = factors.get(image.attrs.get("unit", {}).get(dim, ""))
    if factor is None or dim not in image.coords or dim == "c":
        return 0.0
    return float(image.coords[dim].values[0]) / factor


def _napari_unit(name: str) -> str:
    import pint

    try:
        return str(pint.get_application_registry().Unit(name)) if name else NO_UNIT
    except (pint.PintError, AttributeError, TypeError, ValueError):
        return NO_UNIT
