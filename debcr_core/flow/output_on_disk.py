"""An image's float32 values on disk, where finishing depends on statistics of the whole output."""

from __future__ import annotations

from math import prod
from tempfile import TemporaryFile, gettempdir
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Floats
from debcr_core.errors import WriteError

if TYPE_CHECKING:
    import xarray as xr

CHUNK = 2**24


def on_disk(shape: tuple[int, ...]) -> Floats:
    """Return an array in a temporary file, which goes with the array.

    Parameters
    ----------
    shape : tuple of int
        Of the array.

    Raises
    ------
    WriteError
        If the disk is full.
    """
    size = prod(shape) * 4
    with TemporaryFile() as file:
        try:
            _reserve(file, size)
        except OSError as error:
            raise WriteError(
                f"No space left in {gettempdir()}: {size / 1e9:.3g} GB are needed for a while, as "
                "finishing this image takes its whole output. Make room there, or choose another "
                "place: TMPDIR."
            ) from error
        return np.memmap(file, np.float32, mode="r+", shape=shape)


def lazily(values: Floats, template: xr.DataArray) -> xr.DataArray:
    """Return such an array as an image, lazy, one chunk a plane."""
    import dask.array as da

    plane = (1,) * (values.ndim - 2) + values.shape[-2:]
    return template.copy(data=da.from_array(values, chunks=plane))


def _reserve(file: IO[Any], size: int) -> None:
    """Fill the file with zeros: a full disk shows here, and not as a crash in mapped memory."""
    for start in range(0, size, CHUNK):
        file.write(bytes(min(CHUNK, size - start)))
    file.flush()
