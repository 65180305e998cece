"""Contrast limits of an image, without reading more of it than a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from debcr_core.image import loaded

if TYPE_CHECKING:
    import xarray as xr

WHOLE = 2**24
"""Pixels up to which an image in memory is looked at whole."""
WINDOW = 1024
PLACES = ((0.5, 0.5), (0.2, 0.2), (0.8, 0.8), (0.2, 0.8), (0.8, 0.2))
"""Where windows lie in their planes, in parts of the height and width left beside them."""


def contrast_limits(image: xr.DataArray) -> tuple[float, float]:
    """Return the lowest and highest finite value of an image; never two equal ones.

    Of an image that is large or lazy, of windows in planes from the first to the last alone: not
    for threads that draw.

    Parameters
    ----------
    image : xarray.DataArray
        The image, or one channel of it.
    """
    small = image.chunks is None and image.size <= WHOLE
    parts = [image] if small else _windows(image)
    ranges = [found for part in parts if (found := _range(loaded(part))) is not None]
    if not ranges:
        return 0.0, 1.0
    low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
    return (low, high) if low < high else (min(low, 0.0), max(high, 1.0))


def _windows(image: xr.DataArray) -> list[xr.DataArray]:
    """Return windows of an image, in planes evenly apart."""
    across = [dim for dim in image.dims if dim not in ("y", "x")]
    count = int(np.prod([image.sizes[dim] for dim in across]))
    planes = np.linspace(0, count - 1, len(PLACES)).round().astype(int)
    places = [np.unravel_index(plane, [image.sizes[dim] for dim in across]) for plane in planes]
    return [
        image.isel(
            {dim: int(number) for dim, number in zip(across, place, strict=True)}
            | {"y": _window(image.sizes["y"], down), "x": _window(image.sizes["x"], right)}
        )
        for place, (down, right) in zip(places, PLACES, strict=True)
    ]


def _window(size: int, place: float) -> slice:
    start = int(max(0, size - WINDOW) * place)
    return slice(start, start + WINDOW)


def _range(pixels: np.ndarray) -> tuple[float, float] | None:
    """Return the lowest and highest finite value, or None where there is none."""
    if pixels.dtype.kind == "f":
        pixels = pixels[np.isfinite(pixels)]
    return (float(pixels.min()), float(pixels.max())) if pixels.size else None
