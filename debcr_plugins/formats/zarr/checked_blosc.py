"""Blosc chunks whose header is checked before they are unpacked.

numcodecs hands a chunk to the C library, which believes the size in its header; a chunk cut short
makes it read beyond the buffer, and the process can die. Blosc is what Zarr 2 compresses with
by default.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from functools import cached_property
from typing import Any

import numcodecs
import zarr
from numcodecs.compat import ensure_contiguous_ndarray
from zarr.codecs import BloscCodec, ShardingCodec

from debcr_plugins.formats.claims import ZSTD

# https://github.com/Blosc/c-blosc/blob/main/README_CHUNK_FORMAT.rst
HEADER = struct.Struct("<4B3I")


class CheckedBlosc(numcodecs.Blosc):  # type: ignore[misc]
    """Blosc that refuses a chunk whose header does not fit it."""

    def decode(self, buf: Any, out: Any = None) -> Any:
        """Unpack a chunk.

        Raises
        ------
        ValueError
            If its header claims another size than it has, or more than it can unpack to.
        """
        chunk = memoryview(ensure_contiguous_ndarray(buf)).cast("B")
        if chunk.nbytes < HEADER.size:
            raise ValueError(f"a Blosc chunk of {chunk.nbytes} bytes is too short for its header")
        *_, unpacked, _, packed = HEADER.unpack_from(chunk)
        if packed != chunk.nbytes or unpacked > packed * ZSTD:
            raise ValueError(
                f"a Blosc chunk of {chunk.nbytes} bytes claims {packed}, and {unpacked} unpacked"
            )
        return super().decode(buf, out)


class CheckedBloscCodec(BloscCodec):
    """The same for Zarr 3."""

    @cached_property
    def _blosc_codec(self) -> CheckedBlosc:
        settings = super()._blosc_codec.get_config()
        return CheckedBlosc(**{key: value for key, value in settings.items() if key != "id"})


def with_checked_blosc(array: Any) -> Any:
    """Return a Zarr array whose Blosc chunks, if it has such, are checked.

    Parameters
    ----------
    array : zarr.Array
        The array.
    """
    metadata = array.metadata
    if metadata.zarr_format == 2:
        checked = replace(metadata, compressor=_checked_numcodec(metadata.compressor))
    else:
        checked = replace(metadata, codecs=tuple(map(_checked_codec, metadata.codecs)))
    return zarr.Array(zarr.AsyncArray(checked, array.store_path))


def _checked_numcodec(codec: Any) -> Any:
    if not isinstance(codec, numcodecs.Blosc):
        return codec
    settings = codec.get_config()
    return CheckedBlosc(**{key: value for key, value in settings.items() if key != "id"})


def _checked_codec(codec: Any) -> Any:
    if isinstance(codec, BloscCodec):
        return CheckedBloscCodec(
            typesize=codec.typesize,
            cname=codec.cname,
            clevel=codec.clevel,
            shuffle=codec.shuffle,
            blocksize=codec.blocksize,
        )
    if isinstance(codec, ShardingCodec):
        return replace(codec, codecs=tuple(map(_checked_codec, codec.codecs)))
    return codec
