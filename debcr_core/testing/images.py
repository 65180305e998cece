"""Small images to try components on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.image import make_image

if TYPE_CHECKING:
    import xarray as xr

KINDS_OF_IMAGE = (
    *(("yx", "uint16"), ("yx", "uint8"), ("yx", "float32")),
    *(("zyx", "uint16"), ("czyx", "float32")),
)
"""Axes and pixel types that formats are tried with."""
SHAPES = {"yx": (48, 64), "zyx": (5, 40, 32), "czyx": (2, 3, 33, 40)}


def counts(dims: str = "yx", dtype: str = "uint16", seed: int = 0) -> xr.DataArray:
    """Return an image of uneven light with photon noise, of axes `yx`, `zyx` or `czyx`."""
    rng = np.random.default_rng(seed)
    shape = SHAPES[dims]
    light = 20 + 60 * np.linspace(0, 1, shape[-1]) * np.linspace(0.2, 1, shape[-2])[:, np.newaxis]
    pixels = rng.poisson(np.broadcast_to(light, shape)).astype(dtype)
    size = {dim: 0.1 for dim in dims if dim in "zyx"}
    names = ["first", "second"] if "c" in dims else None
    return make_image(pixels, dims, pixel_size=size, unit=dict.fromkeys(size, "µm"), channels=names)


def lazy(image: xr.DataArray) -> xr.DataArray:
    """Return the image with its pixels in dask, in chunks."""
    return image.chunk({dim: max(1, size // 2) for dim, size in image.sizes.items()})


def everywhere(image: xr.DataArray) -> dict[str, slice]:
    """Return the position that is the whole image."""
    return {str(dim): slice(0, size) for dim, size in image.sizes.items()}


def agree(one: Any, other: Any, tolerance: float, what: str) -> None:
    """Compare pixels.

    Raises
    ------
    AssertionError
        If shapes differ, or the largest difference is above the tolerance times the range.
    """
    one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
    assert one.shape == other.shape, f"{what}: shapes {one.shape} and {other.shape}"
    spread = float(np.ptp(other)) or 1.0
    off = float(np.abs(one - other).max()) if one.size else 0.0
    assert off <= tolerance * spread, f"{what}: off by {off / spread:.2g} of the range"
