"""A degraded image and what it should have been."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class ImagePair:
    """Two images of the same field.

    Attributes
    ----------
    name : str
        What to call it: mostly the input's file name without suffix.
    input : xarray.DataArray
        The degraded image, possibly lazy, with dims out of ``t c z y x``.
    target : xarray.DataArray
        What it should have been, with the same dims and shape.
    """

    name: str
    input: xr.DataArray
    target: xr.DataArray
