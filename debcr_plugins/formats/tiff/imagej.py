"""ImageJ's description of a hyperstack, read and written.

Sizes along y and x lie in the resolution tags, in `unit`; `spacing` is the size along z; `yunit`
and `zunit` stand where the unit is another there. `finterval` is the time between frames in
`tunit` (seconds if absent). Channel names lie in the slice labels, one a plane, as ImageJ shows
them (https://github.com/imagej/ImageJ/blob/master/ij/io/FileOpener.java, TiffDecoder.java).
"""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Array
from debcr_core.image_extras import SLICE_LABEL, slice_labels
from debcr_core.units import MICROMETERS, unit_name
from debcr_plugins.formats.tiff import imagej_calibration
from debcr_plugins.formats.tiff.facts import Facts, resolution_facts, samples_per_unit

if TYPE_CHECKING:
    import xarray as xr

DTYPES = ("uint8", "uint16", "float32")
LARGEST = 2**32 - 2**25  # offsets of 32 bits, with room for metadata
SPELLING = {
    "micrometer": "um",
    "nanometer": "nm",
    "picometer": "pm",
    "millimeter": "mm",
    "centimeter": "cm",
    "meter": "m",
    "inch": "inch",
    "second": "sec",
    "millisecond": "ms",
    "microsecond": "us",
    "minute": "min",
    "hour": "h",
}
NO_UNITS = ("", "pixel", "pixels")
CENTIMETER = 3  # of the tag ResolutionUnit
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def read_facts(metadata: dict[str, Any], series: Any) -> Facts:
    """Return what an ImageJ description and its tags say.

    Parameters
    ----------
    metadata : dict
        `tifffile.TiffFile.imagej_metadata`.
    series : tifffile.TiffPageSeries
        The hyperstack.
    """
    sizes, units = _spatial(metadata, series.keyframe)
    sizes["t"] = _number(metadata.get("finterval"))
    units["t"] = unit_name(_text(metadata.get("tunit", "sec")))
    return Facts(
        pixel_size={axis: size for axis, size in sizes.items() if size},
        unit=units,
        channels=_channels(metadata, series),
        slice_labels=_slice_labels(metadata, series),
        value_unit=imagej_calibration.value_unit(metadata, series.dtype),
    )


def _spatial(metadata: dict[str, Any], page: Any) -> tuple[dict[str, float], dict[str, str]]:
    units = {axis: _unit(metadata, axis) for axis in "xyz"}
    scale = _scale(metadata, page)
    sizes = {axis: scale / count for axis, count in samples_per_unit(page).items()}
    sizes["z"] = _number(metadata.get("spacing"))
    in_pixels = {axis for axis, unit in units.items() if not unit}
    if not units["x"] and page.resolutionunit != 1:
        plain = resolution_facts(page)
        sizes, units = {**sizes, **plain.pixel_size}, {**units, **plain.unit}
        in_pixels -= set(plain.pixel_size)
    elif units["x"] or {sizes.get("x", 1), sizes.get("y", 1)} != {1}:
        # Without any unit, lengths of some unknown one are told from pixels by not being 1.
        in_pixels = {axis for axis in in_pixels if f"{axis}unit" in metadata}
    return _in_one_unit({a: size for a, size in sizes.items() if a not in in_pixels}, units)


def _unit(metadata: dict[str, Any], axis: str) -> str:
    """Return the unit along an axis, empty for pixels."""
    unit = _text(metadata.get(f"{axis}unit") or metadata.get("unit", "")).strip()
    return "" if unit.lower() in NO_UNITS else unit_name(unit)


def _scale(metadata: dict[str, Any], page: Any) -> float:
    """Return what ImageJ multiplies sizes with: a resolution can be per cm beside a unit of µm."""
    per_centimeter = page.resolutionunit == CENTIMETER and metadata.get("unit") == "um"
    return MICROMETERS["centimeter"] if per_centimeter else 1.0


def _in_one_unit(
    sizes: dict[str, float], units: dict[str, str]
) -> tuple[dict[str, float], dict[str, str]]:
    """Bring lengths along y and z to the unit along x, which is what hyperstacks are written in."""
    common = MICROMETERS.get(units.get("x", ""))
    if common is None or "x" not in sizes:
        return sizes, units
    for axis in "yz":
        factor = MICROMETERS.get(units.get(axis, ""))
        if factor not in (None, common) and axis in sizes:
            sizes[axis] *= factor / common
            units[axis] = units["x"]
    return sizes, units


def _text(value: Any) -> str:
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value))


def _number(value: Any) -> float:
    return abs(float(value)) if isinstance(value, int | float) else 0.0


def _plane_counts(series: Any) -> tuple[int, ...]:
    """Return the numbers of frames, slices and channels."""
    sizes = dict(zip(series.get_axes(squeeze=False), series.get_shape(squeeze=False), strict=True))
    return tuple(sizes.get(axis, 1) for axis in "TZC")


def _labels(metadata: dict[str, Any]) -> list[str]:
    labels = metadata.get("Labels", [])
    return [labels] if isinstance(labels, str) else list(labels)


def _slice_labels(metadata: dict[str, Any], series: Any) -> Array | None:
    """Return the text of each plane ``(t, z, c)``, if these are not names of channels."""
    labels, counts = _labels(metadata), _plane_counts(series)
    if not any(labels) or _channels(metadata, series) or len(labels) != prod(counts):
        return None
    return np.array(labels, object).reshape(counts)


def _channels(metadata: dict[str, Any], series: Any) -> list[str] | None:
    labels, counts = _labels(metadata), _plane_counts(series)
    count = counts[-1]
    if not labels or len(labels) not in (count, prod(counts)):
        return None
    names = labels[:count]
    repeated = labels == names * (len(labels) // count)
    return names if repeated and (count == 1 or len(set(names)) == count) else None


def read_colours(metadata: dict[str, Any]) -> tuple[str, ...]:
    """Return the brightest colour of each channel's look-up table, ``#rrggbb``."""
    tables = [np.asarray(table) for table in metadata.get("LUTs", [])]
    if not all(table.shape == (3, 256) for table in tables):
        return ()
    return tuple("#" + bytes(table[:, -1].astype(np.uint8)).hex() for table in tables)


def can_hold(image: xr.DataArray) -> bool:
    """Say whether a hyperstack keeps an image's pixels, sizes and units."""
    dtype = "uint8" if image.dtype == bool else str(image.dtype)
    is_rgb = bool(image.attrs.get("rgb")) and image.sizes["c"] == 3
    sizes, units = image.attrs.get("pixel_size", {}), image.attrs.get("unit", {})
    spatial = [dim for dim in "zyx" if dim in sizes]
    return (
        dtype in (("uint8",) if is_rgb else DTYPES)
        and image.nbytes <= LARGEST
        and (not spatial or {"y", "x"} <= set(spatial))
        and len({units.get(dim, "") for dim in spatial}) <= 1
        and all(units.get(dim, "") in ("", *SPELLING) for dim in spatial)
        and ("t" not in sizes or units.get("t") in SPELLING)
    )


def write_facts(image: xr.DataArray) -> dict[str, Any]:
    """Return arguments for `tifffile.imwrite` that store an image's metadata.

    Parameters
    ----------
    image : xarray.DataArray
        One that `can_hold` allows.
    """
    sizes, units = image.attrs.get("pixel_size", {}), image.attrs.get("unit", {})
    metadata: dict[str, Any] = {}
    arguments: dict[str, Any] = {"metadata": metadata}
    if "x" in sizes:
        arguments["resolution"] = (1 / sizes["x"], 1 / sizes["y"])
        if "x" in units:
            metadata["unit"] = SPELLING[units["x"]]
    if "z" in sizes:
        metadata["spacing"] = sizes["z"]
    if "t" in sizes:
        metadata["finterval"] = sizes["t"]
        metadata["tunit"] = SPELLING[units["t"]]
    if "c" in image.dims and not image.attrs.get("rgb"):
        metadata |= _channel_metadata(image)
    if SLICE_LABEL in image.coords:
        axes = "tz" if image.attrs.get("rgb") else "tzc"
        planes = [dim for dim in axes if dim in image.dims]
        metadata["Labels"] = slice_labels(image, planes).ravel().tolist()
    if "value_unit" in image.attrs:
        metadata |= imagej_calibration.with_unit(image.attrs["value_unit"], image.dtype)
    return arguments


def _channel_metadata(image: xr.DataArray) -> dict[str, Any]:
    found: dict[str, Any] = {"mode": "composite"} if image.sizes["c"] > 1 else {}
    if "c" in image.coords:
        frames = image.sizes.get("t", 1) * image.sizes.get("z", 1)
        found["Labels"] = [str(name) for name in image.coords["c"].values] * frames
    return found
