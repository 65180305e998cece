"""A layer becomes an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr
    from napari.layers import Image


def image_of(
    layer: Image, *, axes: str | None = None, channel: str | int | None = None
) -> xr.DataArray:
    """Return the image that a layer shows."""
    raise NotImplementedError
