"""Set the network's output aside on disk, where undoing depends on statistics of the whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Floats, Model, Position
from debcr_core.flow.restored_shape import region_of

if TYPE_CHECKING:
    import xarray as xr

Piece = tuple[Position, Floats]
CHUNK = 2**24


@contextmanager
def kept_on_disk(
    pieces: Iterator[Piece], template: xr.DataArray, model: Model
) -> Iterator[tuple[xr.DataArray, Iterator[Piece]]]:
    """Write all pieces to a temporary file, and give them back, as one image and piece by piece.

    Parameters
    ----------
    pieces : iterator of (Position, numpy.ndarray)
        The part of the input, and the network's output for it.
    template : xarray.DataArray
        An image with the restored one's dims and shape.
    model : Model
        The network.

    Yields
    ------
    (xarray.DataArray, iterator of (Position, numpy.ndarray))
        The whole output, lazy (one chunk a plane), and the same pieces once more.

    Raises
    ------
    OSError
        If the disk is full.
    """
    import dask.array as da

    with TemporaryFile() as file:
        _reserve(file, template.size * 4)
        values = np.memmap(file, np.float32, mode="r+", shape=template.shape)
        parts = []
        for place, block in pieces:
            region = region_of(place, model)
            values[region] = block.reshape([part.stop - part.start for part in region])
            parts.append((place, region, block.shape))
        plane = (1,) * (values.ndim - 2) + values.shape[-2:]
        output = template.copy(data=da.from_array(values, chunks=plane))
        yield output, ((place, values[region].reshape(shape)) for place, region, shape in parts)


def _reserve(file: IO[Any], size: int) -> None:
    """Fill the file with zeros: a full disk shows here, and not as a crash in mapped memory."""
    for start in range(0, size, CHUNK):
        file.write(bytes(min(CHUNK, size - start)))
    file.flush()
