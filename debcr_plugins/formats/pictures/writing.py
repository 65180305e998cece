"""Write PNG and JPEG."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from debcr_core.components import Array
from debcr_core.errors import WriteError
from debcr_core.image import COLOURS, pixel_size_micrometers
from debcr_core.image_extras import say_left_out
from debcr_core.units import MICROMETERS

if TYPE_CHECKING:
    import xarray as xr

FINEST_PIXEL = 1e6 / 2**32  # PNG counts pixels per metre in 32 bits
LARGEST_JPEG = 65_535  # rows and columns are counted in 16 bits


def check_png(image: xr.DataArray) -> None:
    """Refuse what PNG cannot hold.

    Raises
    ------
    WriteError
        If the image is more than a plane or an RGB picture, or of another dtype.
    """
    _check(image, "PNG", ("bool", "uint8", "uint16"))


def check_jpeg(image: xr.DataArray) -> None:
    """Refuse what JPEG cannot hold.

    Raises
    ------
    WriteError
        If the image is more than a plane or an RGB picture, of another dtype, or too large.
    """
    _check(image, "JPEG", ("uint8",))
    if max(image.sizes["y"], image.sizes["x"]) > LARGEST_JPEG:
        raise WriteError(
            f"JPEG holds at most {LARGEST_JPEG} rows and columns, and the image has shape "
            f"{image.shape}: write .png, .tif or .ome.zarr."
        )


def write_png(image: xr.DataArray, path: Path) -> None:
    """Write a plane or an RGB picture.

    Raises
    ------
    WriteError
        If PNG cannot hold the image.
    """
    check_png(image)
    say_left_out(image, "a PNG")
    sizes = [pixel_size_micrometers(image, dim) for dim in "xy"]
    known = [size for size in sizes if size is not None and size > FINEST_PIXEL]
    density: dict[str, Any] = (
        {"dpi": tuple(MICROMETERS["inch"] / size for size in known)} if len(known) == 2 else {}
    )
    Image.fromarray(_pixels(image)).save(path, format="PNG", **density)


def write_jpeg(image: xr.DataArray, path: Path, quality: int) -> None:
    """Write a plane or an RGB picture, with loss.

    Raises
    ------
    WriteError
        If JPEG cannot hold the image.
    """
    check_jpeg(image)
    say_left_out(image, "a JPEG")
    Image.fromarray(_pixels(image)).save(path, format="JPEG", quality=quality)


def _check(image: xr.DataArray, kind: str, dtypes: tuple[str, ...]) -> None:
    longer = [str(dim) for dim in image.dims if dim not in ("y", "x") and image.sizes[dim] > 1]
    if longer and not _is_rgb(image):
        way = "Choose one: --channel 0; or w" if longer == ["c"] else "W"
        raise WriteError(
            f"{kind} holds one plane, and the image has shape {image.shape} along "
            f"{''.join(map(str, image.dims))}.",
            advice=f"{way}rite .tif or .ome.zarr.",
            kind="format",
        )
    allowed = ("uint8",) if _is_rgb(image) else dtypes
    if str(image.dtype) not in allowed:
        raise WriteError(
            f"{kind} holds {' or '.join(allowed)}, and the image is {image.dtype}.",
            advice=f"Choose --dtype {allowed[-1]}, or write .tif or .ome.zarr.",
            kind="format",
        )


def _is_rgb(image: xr.DataArray) -> bool:
    planes = prod(size for dim, size in image.sizes.items() if dim not in ("y", "x"))
    return bool(image.attrs.get("rgb")) and image.sizes.get("c") == planes == len(COLOURS)


def _pixels(image: xr.DataArray) -> Array:
    """Return the pixels as (y, x) or, for RGB, as (y, x, 3)."""
    plane = image.squeeze([d for d in image.dims if d not in ("y", "x") and image.sizes[d] == 1])
    return np.ascontiguousarray(plane.transpose("y", "x", ...).data)
