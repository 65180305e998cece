"""An image becomes layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr
    from napari.layers import Image


def layers_of(
    image: xr.DataArray, name: str = "image", *, like: Image | None = None
) -> list[Image]:
    """Return layers that show an image, one for each channel."""
    raise NotImplementedError
