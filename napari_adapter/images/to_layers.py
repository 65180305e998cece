"""An image becomes layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from napari_adapter.images.layer_data import layer_data

if TYPE_CHECKING:
    import xarray as xr
    from napari.layers import Image


def layers_of(
    image: xr.DataArray,
    name: str = "image",
    *,
    like: Image | None = None,
    coarser: Sequence[xr.DataArray] = (),
) -> list[Image]:
    """Return layers that show an image, to be added to a viewer.

    Each channel has a layer of its own, with the name of the channel, and a colour of its own
    where there are several; a photograph is one layer in RGB, as long as its values are those of
    colours. Scale, units and labels of the axes are the image's. Of a lazy image no more is read
    than some windows, for the limits of the contrast.

    Parameters
    ----------
    image : xarray.DataArray
        As `debcr_core.image` describes.
    name : str
        What the layer is called; of several, the channel is added.
    like : napari.layers.Image, optional
        The layer that the image was made of: the new ones lie where it lies (translation,
        rotation, shear, affine map, order of the axes) and look like it (colour map, blending,
        gamma…); the limits of the contrast are the image's.
    coarser : sequence of xarray.DataArray
        The same image at lower resolutions, the finest first: shown while zoomed out.

    Raises
    ------
    ImageError
        If the dims are not those of an image.
    """
    from napari.layers import Image

    return [
        Image(pixels, **arguments)
        for pixels, arguments, _ in layer_data(image, name, like=like, coarser=coarser)
    ]
