"""How layers look: like the layer that they were made of, or in the colours of channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from napari_adapter.images.axes import axes_of
from napari_adapter.images.sampling import scale_of, translate_of

if TYPE_CHECKING:
    import xarray as xr
    from napari.layers import Image

LOOK = (
    *("attenuation", "blending", "depiction", "gamma", "interpolation2d", "interpolation3d"),
    *("opacity", "projection_mode", "rendering"),
)
PHOTOGRAPH = ("red", "green", "blue")
TWO = ("magenta", "green")
MORE = ("cyan", "magenta", "yellow", "blue", "green", "red")
"""The colours that napari gives to channels."""


def look_like(like: Image, *, rgb: bool) -> dict[str, Any]:
    """Return how a layer looks, as arguments of `napari.layers.Image`.

    Parameters
    ----------
    like : napari.layers.Image
        The layer.
    rgb : bool
        Whether they are for a layer in RGB, which has no colour map.
    """
    look = {key: getattr(like, key) for key in LOOK}
    return look if rgb or like.rgb else {**look, "colormap": like.colormap}


def place_like(like: Image, image: xr.DataArray, shown: str) -> dict[str, Any]:
    """Return where a layer lies, as arguments of `napari.layers.Image`.

    Parameters
    ----------
    like : napari.layers.Image
        The layer.
    image : xarray.DataArray
        Made of it: its pixel sizes count, and where it begins, if it is a part of a larger one.
    shown : str
        The axes of the layer to be made.
    """
    axes = axes_of(like)[: like.ndim]
    if not {*shown} <= {*axes}:
        return {}
    kept = [axes.index(dim) for dim in shown]
    steps, starts = scale_of(image, shown), translate_of(image, shown)
    signs = np.sign(like.scale[kept])
    place: dict[str, Any] = {
        # Mirrored as the other one is.
        "scale": signs * steps,
        "translate": like.translate[kept] + signs * starts,
    }
    if kept != [*range(like.ndim)]:
        return place
    return {**place, "rotate": like.rotate, "shear": like.shear, "affine": like.affine}


def colours_of_channels(count: int, *, photograph: bool = False) -> list[dict[str, Any]]:
    """Return colour map and blending for each of several channels, which are seen together."""
    colours = {1: ("gray",), 2: TWO, 3: PHOTOGRAPH if photograph else MORE}.get(count, MORE)
    return [
        {
            "colormap": colours[number % len(colours)],
            "blending": "additive" if number else "translucent_no_depth",
        }
        for number in range(count)
    ]


def can_be_rgb(image: xr.DataArray, limits: tuple[float, float]) -> bool:
    """Say whether napari shows an image as colours: numbers beyond its range would be white.

    Parameters
    ----------
    image : xarray.DataArray
        The image.
    limits : tuple of float
        Its lowest and highest value.
    """
    if not image.attrs.get("rgb") or image.sizes.get("c") != 3:
        return False
    if image.dtype.kind == "u":
        return bool(image.dtype.itemsize <= np.dtype(np.uint16).itemsize)
    return image.dtype.kind == "f" and limits[0] >= 0 and limits[1] <= 1
