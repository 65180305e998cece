"""An image's float32 values on disk, where finishing depends on statistics of the whole output."""

from __future__ import annotations

from math import prod
from tempfile import TemporaryFile, gettempdir
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Floats
from debcr_core.errors import WriteError
from debcr_core.stopping import Stop

if TYPE_CHECKING:
    import xarray as xr

CHUNK = 2**24
BAND = 2**22
"""Bytes that are read at once."""


def on_disk(shape: tuple[int, ...], stop: Stop) -> Floats:
    """Return an array in a temporary file, which goes with the array.

    Parameters
    ----------
    shape : tuple of int
        Of the array.
    stop : Stop
        Ends the making of the file.

    Raises
    ------
    WriteError
        If the disk is full.
    """
    size = prod(shape) * 4
    with TemporaryFile() as file:
        try:
            _reserve(file, size, stop)
        except OSError as error:
            raise WriteError(
                f"No space left in {gettempdir()}: {size / 1e9:.3g} GB are needed for a while, as "
                "finishing this image takes its whole output. Make room there, or choose another "
                "place: TMPDIR."
            ) from error
        return np.memmap(file, np.float32, mode="r+", shape=shape)


class _Mapped:
    """An array on disk for dask, which would copy one that it could into memory, as it is now."""

    def __init__(self, values: Floats) -> None:
        self._values = values
        self.shape, self.dtype, self.ndim = values.shape, values.dtype, values.ndim

    def __getitem__(self, region: Any) -> Floats:
        return np.array(self._values[region])


def lazily(values: Floats, template: xr.DataArray) -> xr.DataArray:
    """Return such an array as an image, lazy: a plane or a band of its rows at a time."""
    import dask.array as da

    *others, height, width = values.shape
    rows = min(height, max(1, BAND // (width * 4)))
    data = da.from_array(
        _Mapped(values),
        chunks=(*[1] * len(others), rows, width),
        # Dask would name it by its content, for which it copies that.
        name=False,
        asarray=False,
        meta=np.empty((0,) * values.ndim, np.float32),
    )
    return template.copy(data=data)


def _reserve(file: IO[Any], size: int, stop: Stop) -> None:
    """Fill the file with zeros: a full disk shows here, and not as a crash in mapped memory."""
    for start in range(0, size, CHUNK):
        stop.check()
        file.write(bytes(min(CHUNK, size - start)))
    file.flush()
