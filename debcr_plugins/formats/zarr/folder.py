"""An OME-Zarr image that is being written: the arrays in its folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import zarr

from debcr_plugins.formats.zarr.arrays import chunk_of, create_array, open_array
from debcr_plugins.formats.zarr.nodes import is_node
from debcr_plugins.formats.zarr.one_by_one import OneByOne

if TYPE_CHECKING:
    import xarray as xr

FINEST = "0"
UNFINISHED = "unfinished-"
"""Begins the name of a level that is not all there."""
TORN = "*.partial"
"""Files that zarr-python leaves where it is killed before it gives them their names."""


@dataclass(frozen=True)
class Folder:
    """Where an image is written.

    Attributes
    ----------
    path : Path
        The folder.
    template : xarray.DataArray
        Dims, shape and pixel type of the image.
    version : {"0.4", "0.5"}
        Of OME-Zarr.
    """

    path: Path
    template: xr.DataArray
    version: str

    @property
    def dims(self) -> tuple[str, ...]:
        """Names of the axes."""
        return tuple(map(str, self.template.dims))

    @property
    def group(self) -> zarr.Group:
        """Its Zarr group."""
        return zarr.open_group(self.path, mode="r+")

    def begin(self, block: Sequence[int], *, shards: bool) -> None:
        """Create it, with the array of all pixels.

        Parameters
        ----------
        block : sequence of int
            Pixels per axis that arrive at once.
        shards : bool
            Whether these lie in one file.
        """
        zarr.open_group(self.path, mode="w-", zarr_format=2 if self.version == "0.4" else 3)
        chunk = chunk_of(self.dims, self.template.shape)
        counts = [size // part for size, part in zip(block, chunk, strict=True)]
        self._create(FINEST, self.template.shape, counts if shards else [1] * len(chunk))

    def array(self, name: str) -> OneByOne:
        """Open one of its arrays."""
        return open_array(self.path / name)

    def has(self, name: str) -> bool:
        """Say whether it has an array of that name."""
        return is_node(self.path / name)

    @contextmanager
    def adding(self, name: str, shape: Sequence[int]) -> Iterator[OneByOne]:
        """Create another array, stored as the finest is, which has its name once it is filled.

        Parameters
        ----------
        name : str
            Of the array.
        shape : sequence of int
            Pixels per axis.

        Yields
        ------
        OneByOne
            The array, to be filled.
        """
        finest = self.array(FINEST)
        counts = [n // part for n, part in zip(finest.per_file, finest.array.chunks, strict=True)]
        yield self._create(UNFINISHED + name, shape, counts)
        (self.path / (UNFINISHED + name)).rename(self.path / name)

    def remove_torn(self) -> None:
        """Remove what an end in the middle has left."""
        for level in self.path.glob(f"{UNFINISHED}*"):
            shutil.rmtree(level)
        for file in self.path.rglob(TORN):
            file.unlink()

    def _create(self, name: str, shape: Sequence[int], together: Sequence[int]) -> OneByOne:
        return create_array(
            self.group,
            name,
            shape,
            self.template.dtype,
            dims=self.dims,
            chunks=chunk_of(self.dims, shape),
            version=self.version,
            together=together,
        )
