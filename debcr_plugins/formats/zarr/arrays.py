"""Arrays of an OME-Zarr folder: how they are stored in each version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import zarr.codecs

from debcr_plugins.formats.zarr.one_by_one import OneByOne


def create_array(
    group: Any,
    name: str,
    shape: Sequence[int],
    dtype: np.dtype[Any],
    *,
    dims: Sequence[str],
    chunks: Sequence[int],
    version: str,
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
        }
    )
    return OneByOne(
        group.create_array(
            name,
            shape=tuple(shape),
            dtype=dtype,
            chunks=tuple(chunks),
            config={"write_empty_chunks": True},
            **by_version,
        )
    )
