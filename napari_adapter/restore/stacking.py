"""Several images become one with a channel of each, for networks that see channels at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.errors import UsageError
from debcr_core.image import make_image

if TYPE_CHECKING:
    import xarray as xr


def stacked(images: Sequence[xr.DataArray], names: Sequence[str] | None = None) -> xr.DataArray:
    """Return one image with a channel of each of several, lazily where one is lazy.

    Parameters
    ----------
    images : sequence of xarray.DataArray
        Each of one channel, all of one shape and pixel type.
    names : sequence of str, optional
        Of the channels.

    Raises
    ------
    UsageError
        If they do not fit together.
    """
    single = [image.squeeze("c", drop=True) if _one_channel(image) else image for image in images]
    first = single[0]
    for image in single:
        if "c" in image.dims:
            raise UsageError(
                "Several layers become the channels of one image, so that each has to show one "
                f"channel: one of these has {image.sizes['c']}."
            )
        if (image.dims, image.shape, image.dtype) != (first.dims, first.shape, first.dtype):
            raise UsageError(
                "Several layers become the channels of one image, so that they must be of one "
                f"shape and pixel type: one has {_told(first)}, another {_told(image)}."
            )
    if any(image.chunks is not None for image in single):
        import dask.array as da

        data = da.stack([image.data for image in single])
    else:
        data = np.stack([image.data for image in single])
    return make_image(
        data,
        "c" + "".join(map(str, first.dims)),
        pixel_size=first.attrs.get("pixel_size"),
        unit=first.attrs.get("unit"),
        channels=names,
    )


def _one_channel(image: xr.DataArray) -> bool:
    return image.sizes.get("c") == 1


def _told(image: xr.DataArray) -> str:
    sizes = "×".join(map(str, image.shape))
    return f"{sizes} pixels ({''.join(map(str, image.dims))}) of type {image.dtype}"
