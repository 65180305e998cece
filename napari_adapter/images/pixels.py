"""The pixels of a layer: at full resolution, lazy where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

if TYPE_CHECKING:
    from napari.layers import Image

CHUNK = "4MiB"
"""What is read at once of other arrays than those of dask, unless their chunks are larger."""


def array_of(layer: Image) -> Any:
    """Return the array that a layer shows, as it is; of several levels, the finest."""
    data: Any = layer.data[0] if layer.multiscale else layer.data
    is_labelled = hasattr(data, "dims") and hasattr(data, "coords")  # xarray's
    return data.data if is_labelled else data


def pixels_of(layer: Image) -> Any:
    """Return a layer's pixels as an array of numpy or dask; of several levels, the finest."""
    data = array_of(layer)
    if isinstance(data, np.ndarray):
        return np.asarray(data)
    return data if hasattr(data, "dask") else _lazy(data, planar=3 if layer.rgb else 2)


def _lazy(data: Any, planar: int) -> Any:
    """Return an array that is read by its index (Zarr, HDF5, tensorstore) as one of dask.

    Parameters
    ----------
    data : array
        As it is in the layer.
    planar : int
        How many of the last axes make a plane.
    """
    import dask
    import dask.array as da

    own = getattr(data, "chunks", None) or (1,) * data.ndim
    chunks = (*own[:-planar], *["auto"] * planar)
    with dask.config.set({"array.chunk-size": CHUNK}):
        # Dask would name it by its content, which it would read.
        return da.from_array(data, chunks=chunks, name=f"layer-{uuid4()}", asarray=True)
