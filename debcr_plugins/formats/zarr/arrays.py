"""Arrays of an OME-Zarr folder: how they are stored in each version."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import zarr
import zarr.codecs

from debcr_plugins.formats.zarr.one_by_one import OneByOne

SIDE = 256
"""Of a chunk, in pixels: tiles end where chunks do, and viewers load what they show."""
# A chunk that is not there is damage, and never one of zeros.
CONFIGURATION: Any = {"write_empty_chunks": True}


def chunk_of(dims: Sequence[str], shape: Sequence[int]) -> tuple[int, ...]:
    """Return pixels of a chunk per axis: of one plane, at most 256 × 256.

    Examples
    --------
    >>> chunk_of("zyx", (30, 1000, 200))
    (1, 256, 200)
    """
    return tuple(
        min(SIDE, size) if dim in ("y", "x") else 1 for dim, size in zip(dims, shape, strict=True)
    )


def create_array(
    group: Any,
    name: str,
    shape: Sequence[int],
    dtype: np.dtype[Any],
    *,
    dims: Sequence[str],
    chunks: Sequence[int],
    version: str,
    together: Sequence[int] | None = None,
) -> OneByOne:
    """Create an array whose chunks are compressed, carry a checksum and are never left out.

    Parameters
    ----------
    group : zarr.Group
        Where.
    name : str
        Its name there.
    shape, dtype, dims, chunks
        What it holds: pixels per axis, their type, the axes' names, pixels of a chunk.
    version : {"0.4", "0.5"}
        Version of OME-Zarr.
    together : sequence of int, optional
        How many chunks lie in one file (a shard), along each axis; only in version 0.5.
    """
    by_version: dict[str, Any] = (
        {
            "compressors": {"id": "zstd", "level": 3, "checksum": True},
            "chunk_key_encoding": {"name": "v2", "separator": "/"},
        }
        if version == "0.4"
        else {
            "compressors": zarr.codecs.ZstdCodec(level=3, checksum=True),
            "dimension_names": list(dims),
            "shards": _shards(shape, chunks, together or ()),
        }
    )
    return OneByOne(
        group.create_array(
            name,
            shape=tuple(shape),
            dtype=dtype,
            chunks=tuple(chunks),
            config=CONFIGURATION,
            **by_version,
        )
    )


def open_array(path: Path) -> OneByOne:
    """Open an array that `create_array` made, to read and to fill it."""
    array = zarr.open_array(path, mode="r+")
    return OneByOne(zarr.Array(zarr.AsyncArray(array.metadata, array.store_path, CONFIGURATION)))


def _shards(
    shape: Sequence[int], chunks: Sequence[int], together: Sequence[int]
) -> tuple[int, ...] | None:
    """Return pixels of a shard per axis: no more chunks than there are; None where one is all."""
    counts = [
        min(count, -(-size // chunk))
        for size, chunk, count in zip(shape, chunks, together, strict=bool(together))
    ]
    if prod(counts) == 1:
        return None
    return tuple(chunk * count for chunk, count in zip(chunks, counts, strict=True))
