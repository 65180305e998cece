"""A pair of images, plane by plane."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from debcr_core.flow.frames import frame_positions
from debcr_core.image import channel_names

if TYPE_CHECKING:
    import xarray as xr

Place = Mapping[str, int]


def plane_places(image: xr.DataArray) -> Iterator[Place]:
    """Yield where each ``(y, x)`` plane of an image is: an index for each of its other dims."""
    for position in frame_positions(image, "yx"):
        yield {dim: part for dim, part in position.items() if isinstance(part, int)}


def plane_name(name: str, image: xr.DataArray, place: Place) -> str:
    """Return what to call a plane: ``cells c=DAPI z=3``; axes of length one are left out."""
    channels = channel_names(image)
    parts = [
        f"{dim}={channels[index] if dim == 'c' and channels else index}"
        for dim, index in place.items()
        if image.sizes[dim] > 1
    ]
    return " ".join([name, *parts])


def plane_of(image: xr.DataArray, place: Place) -> xr.DataArray:
    """Return one plane, with dims ``(y, x)``, in memory."""
    return image.isel(dict(place), drop=True).compute()
