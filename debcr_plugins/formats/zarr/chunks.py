"""Count the chunks of a Zarr array before believing its shape.

Zarr reads an absent chunk as its fill value and says nothing: right where a writer omits empty
chunks, as zarr-python does by default, but also how an interrupted write looks.
"""

from __future__ import annotations

import os
from math import ceil, prod
from pathlib import Path
from typing import Any

from debcr_core.errors import ImageError
from debcr_core.notices import say
from debcr_plugins.formats.claims import ZSTD, check_claim

METADATA = {"zarr.json", ".zarray", ".zattrs", ".zgroup", ".zmetadata"}
ALWAYS_ALLOWED = 2**26


def check_chunks(array: Any, folder: Path) -> None:
    """Refuse an absurd shape, and tell when chunks are absent.

    Parameters
    ----------
    array : zarr.Array
        The array.
    folder : Path
        Where it lies.

    Warns
    -----
    DebcrWarning
        If chunks are absent.

    Raises
    ------
    ReadError
        If the shape cannot be what the folder holds.
    ImageError
        If the array has no pixels.
    """
    if 0 in array.shape:
        raise ImageError(f"The image has no pixels (shape {array.shape}).")
    files, held = _measure(folder)
    claimed = prod(array.shape) * array.dtype.itemsize
    if claimed > ALWAYS_ALLOWED:
        check_claim(folder, claimed, held, ZSTD)
    piece = array.shards or array.chunks
    expected = prod(ceil(size / part) for size, part in zip(array.shape, piece, strict=True))
    if files < expected:
        say(
            f"{expected - files} of {expected} chunks of {folder} are absent and read as "
            f"{array.fill_value}: normal where the image is empty, but also the mark of an "
            "interrupted write.",
            kind="absent-pixels",
        )


def _measure(folder: Path) -> tuple[int, int]:
    """Return how many chunk files there are and their bytes."""
    files = held = 0
    for place, _, names in os.walk(folder):
        chunks = [name for name in names if name not in METADATA and not name.startswith("._")]
        files += len(chunks)
        held += sum(Path(place, name).stat().st_size for name in chunks)
    return files, held
