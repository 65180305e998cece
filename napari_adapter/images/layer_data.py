"""An image becomes what layers are made of: pixels, and arguments of `napari.layers.Image`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.image import DIMS, channel_names, in_order
from napari_adapter.images.appearance import (
    can_be_rgb,
    colours_of_channels,
    look_like,
    place_like,
)
from napari_adapter.images.axes import axes_of
from napari_adapter.images.contrast import contrast_limits
from napari_adapter.images.facts import KEY, Facts, facts_about
from napari_adapter.images.sampling import scale_of, translate_of, units_of

if TYPE_CHECKING:
    import xarray as xr
    from napari.layers import Image

LayerData = tuple[Any, dict[str, Any], str]
"""Pixels (of several levels a list, the finest first), arguments, and ``"image"``."""


def layer_data(
    image: xr.DataArray,
    name: str = "image",
    *,
    like: Image | None = None,
    coarser: Sequence[xr.DataArray] = (),
) -> list[LayerData]:
    """Return what the layers that show an image are made of; for any thread.

    Of a lazy image some windows are read, for the limits of the contrast.

    Parameters
    ----------
    image : xarray.DataArray
        As `debcr_core.image` describes.
    name : str
        What the layer is to be called; of several, their channels are named as well.
    like : napari.layers.Image, optional
        The layer that the image was made of.
    coarser : sequence of xarray.DataArray
        The same image at lower resolutions, the finest first.

    Raises
    ------
    ImageError
        If the dims are not those of an image.
    """
    levels = [_checked(level) for level in (image, *coarser)]
    axes = _axes_of_one(levels, like)
    if axes is not None:
        names = channel_names(image)
        facts = {"channels": names} if names and "c" in axes else {}
        return [_one(levels, axes, name, facts, _look(like, axes, levels[0]))]
    return _one_each(levels, name, like)


def _one_each(levels: Sequence[xr.DataArray], name: str, like: Image | None) -> list[LayerData]:
    """Return what a layer for each channel is made of."""
    image = levels[0]
    count = image.sizes["c"]
    axes = _order("".join(map(str, image.dims)).replace("c", ""), like)
    colours = colours_of_channels(count, photograph=bool(image.attrs.get("rgb")))
    if count == 1 and like is not None and not like.rgb:
        colours = [{}]
    made = []
    for number, colour in enumerate(colours):
        channel = [_channel(level, number) for level in levels]
        facts = _facts_of_channel(image, number)
        called = facts.get("channel_name", f"channel {number}")
        look = {**_look(like, axes, channel[0]), **colour}
        made.append(_one(channel, axes, f"{name}: {called}" if count > 1 else name, facts, look))
    return made


def _facts_of_channel(image: xr.DataArray, number: int) -> Facts:
    """Return how a channel is chosen: by its name, where no other has it, else by its number."""
    names = channel_names(image)
    if names is None:
        return {"channel": str(number)}
    alone = names.count(names[number]) == 1
    return {"channel": names[number] if alone else str(number), "channel_name": names[number]}


def _checked(image: xr.DataArray) -> xr.DataArray:
    """Return the image; one that was made by hand is checked, and its axes are put in order."""
    ours = "pixel_size" in image.attrs and {*image.dims} <= {*DIMS}
    return image if ours else in_order(image)


def _axes_of_one(levels: Sequence[xr.DataArray], like: Image | None) -> str | None:
    """Return the axes of the one layer that shows all channels, or None where each has its own."""
    image = levels[0]
    dims = "".join(map(str, image.dims))
    if "c" not in dims:
        return _order(dims, like)
    if can_be_rgb(image, contrast_limits(levels[-1])):
        return f"{_order(dims.replace('c', ''), like)}c"
    if like is not None and not like.rgb and sorted(axes_of(like)) == sorted(dims):
        return axes_of(like)
    return None


def _order(dims: str, like: Image | None) -> str:
    """Return axes in the order of the layer that an image was made of."""
    order = "" if like is None else axes_of(like)
    return "".join(sorted(dims, key=order.find)) if {*dims} <= {*order} else dims


def _channel(image: xr.DataArray, number: int) -> xr.DataArray:
    """Return one channel, with a channel axis of one."""
    chosen = image.isel(c=[number])
    chosen.attrs = {key: value for key, value in image.attrs.items() if key != "rgb"}
    return chosen


def _look(like: Image | None, axes: str, image: xr.DataArray) -> dict[str, Any]:
    """Return what a layer keeps of the one that its image was made of: its place, and its look."""
    if like is None:
        return {}
    rgb = bool(image.attrs.get("rgb"))
    shown = axes.removesuffix("c") if rgb else axes
    return {**place_like(like, image, shown), **look_like(like, rgb=rgb)}


def _one(
    levels: Sequence[xr.DataArray], axes: str, name: str, facts: Facts, look: dict[str, Any]
) -> LayerData:
    """Return what one layer is made of, whose data have these axes."""
    image = levels[0]
    rgb = bool(image.attrs.get("rgb"))
    shown = axes.removesuffix("c") if rgb else axes
    arguments: dict[str, Any] = {
        "name": name,
        "scale": scale_of(image, shown),
        "units": units_of(image, shown),
        "translate": translate_of(image, shown),
        "axis_labels": tuple(shown),
        "rgb": rgb,
        "multiscale": len(levels) > 1,
        "contrast_limits": _contrast_limits(levels[-1], rgb=rgb),
        "metadata": {KEY: {"axes": axes, **facts_about(image), **facts}},
        **look,
    }
    pixels = [_pixels(level, axes) for level in levels]
    return (pixels if len(pixels) > 1 else pixels[0]), arguments, "image"


def _contrast_limits(image: xr.DataArray, *, rgb: bool) -> tuple[float, float]:
    """Return the limits; those of colours have no effect, and are all that there can be."""
    if not rgb:
        return contrast_limits(image)
    return 0.0, 1.0 if image.dtype.kind == "f" else float(np.iinfo(image.dtype).max)


def _pixels(image: xr.DataArray, axes: str) -> Any:
    """Return an image's pixels with these axes; an only channel that is not among them is left."""
    left = [dim for dim in map(str, image.dims) if dim not in axes]
    return image.isel(dict.fromkeys(left, 0)).transpose(*axes).data
