"""An image that grows in an uncompressed file, where each pixel has its place from the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from debcr_core.components import Array, Region

if TYPE_CHECKING:
    import xarray as xr


class Pixels(Protocol):
    """An array in a file, such as `RawFile`."""

    def __getitem__(self, index: Any, /) -> Array:
        """Read what an index of ints and slices asks for."""

    def put(self, region: Region, block: Array) -> None:
        """Write a block to its place."""


@dataclass(frozen=True)
class GrowingFile:
    """Puts regions of an image into a file with another order of axes, and reads them back.

    Attributes
    ----------
    pixels : Pixels
        The array in the file.
    order : tuple of int
        For each of its axes, which one of the image that is.
    dtype : numpy.dtype
        Pixel type of the image.
    """

    pixels: Pixels
    order: tuple[int, ...]
    dtype: np.dtype[Any]

    @classmethod
    def like(cls, template: xr.DataArray, pixels: Pixels, dims: Sequence[str]) -> GrowingFile:
        """Return what fills `pixels`, whose axes are called `dims`, with an image's regions."""
        return cls(pixels, tuple(template.dims.index(dim) for dim in dims), template.dtype)

    def put(self, region: Region, block: Array) -> None:
        """Write a region (see `Growing`)."""
        self.pixels.put(self._stored(region), np.transpose(block, self.order))

    def read(self, region: Region) -> Array:
        """Return what a region holds now."""
        block = self.pixels[self._stored(region)].transpose(np.argsort(self.order))
        return block.astype(self.dtype, copy=False)

    def _stored(self, region: Region) -> Region:
        return tuple(region[axis] for axis in self.order)
