"""Layers as images that can be compared pixel by pixel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from napari_adapter.images.from_layer import image_of

if TYPE_CHECKING:
    import xarray as xr
    from napari.layers import Image


def images_of(layers: Mapping[str, Image]) -> dict[str, xr.DataArray]:
    """Return the images that some layers show.

    Where their axes differ, those of length one are dropped: a file may have kept an axis that
    another has not.

    Raises
    ------
    DebcrError
        As `image_of`.
    """
    images = {name: image_of(layer) for name, layer in layers.items()}
    if len({image.dims for image in images.values()}) == 1:
        return images
    return {
        name: image.squeeze([dim for dim in "tcz" if image.sizes.get(dim) == 1], drop=True)
        for name, image in images.items()
    }
