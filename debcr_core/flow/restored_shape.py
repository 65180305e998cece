"""What shape the restored image has: the input's, but for channels that the network adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Position, Region
from debcr_core.image import DIMS, channel_names, make_image, placed_like
from debcr_core.image_extras import with_extras
from debcr_core.plain_variables import with_pixels
from debcr_core.signature import Signature

if TYPE_CHECKING:
    import xarray as xr


def restored_like(
    image: xr.DataArray, signature: Signature, dtype: np.dtype[Any] | None = None
) -> xr.DataArray:
    """Return an image with the restored one's dims, shape, dtype and metadata.

    Parameters
    ----------
    image : xarray.DataArray
        The input.
    signature : Signature
        Of the network. Where it sees one channel and returns n of them, each of the image's
        channels becomes n, next to each other.
    dtype : numpy.dtype, optional
        Pixel type; float32 by default.

    Returns
    -------
    xarray.DataArray
        Its values are all zero and take no memory.
    """
    zero = (dtype or np.dtype(np.float32)).type(0)
    if signature.keeps_channels:
        return with_pixels(image, np.broadcast_to(zero, image.shape))
    names = _names(image, signature)
    sizes = {**image.sizes, "c": len(names)}
    dims = "".join(dim for dim in DIMS if dim in sizes)
    made = make_image(
        np.broadcast_to(zero, tuple(sizes[dim] for dim in dims)),
        dims,
        pixel_size=image.attrs.get("pixel_size"),
        unit=image.attrs.get("unit"),
        channels=names,
    )
    return with_extras(placed_like(made, image), image)


def _names(image: xr.DataArray, signature: Signature) -> list[str]:
    made = [channel.name or str(i) for i, channel in enumerate(signature.channels_out)]
    before = channel_names(image)
    if "c" in signature.axes or image.sizes.get("c", 1) == 1:
        return made
    before = before or [str(number) for number in range(image.sizes["c"])]
    return [f"{channel} {name}" for channel in before for name in made]


def region_of(place: Position, signature: Signature) -> Region:
    """Return where in the restored image the network's output for a part of the input belongs.

    Parameters
    ----------
    place : mapping of str to int or slice
        The part of the input, one entry for each of its dims.
    signature : Signature
        Of the network.
    """
    parts = {
        dim: part if isinstance(part, slice) else slice(part, part + 1)
        for dim, part in place.items()
    }
    if not signature.keeps_channels:
        first = 0 if "c" in signature.axes or "c" not in parts else parts["c"].start
        made = len(signature.channels_out)
        parts["c"] = slice(first * made, (first + 1) * made)
    return tuple(parts[dim] for dim in DIMS if dim in parts)
