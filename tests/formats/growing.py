"""What a writer promises that can grow (`Writer.piece`), checked of any such writer."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from pathlib import Path

import numpy as np
import xarray as xr

from debcr_core.components import Writer
from debcr_core.flow.division import Division


def contents(path: Path) -> dict[str, bytes]:
    """Return every file of an output with its bytes."""
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    return {str(file.relative_to(path)): file.read_bytes() for file in files}


def grow(
    writer: Writer,
    image: xr.DataArray,
    path: Path,
    times: Sequence[int],
    order: Sequence[int] | None = None,
    *,
    reopened: bool = False,
) -> Path:
    """Write an image by blocks of so many pieces along each axis, in any order."""
    piece = writer.piece(image)
    assert piece is not None
    division = Division(image.shape, tuple(n * p for n, p in zip(times, piece, strict=True)))
    writer.begin(image, path, division.block)
    numbers = [range(len(division))[n] for n in order or range(len(division))]
    groups = [[number] for number in numbers] if reopened else [numbers]
    for group in groups:
        with writer.growing(image, path) as growing:
            for number in group:
                region = division.region(number)
                growing.put(region, image.values[region])
                np.testing.assert_array_equal(growing.read(region), image.values[region])
    writer.finish(image, path, (float(image.min()), float(image.max())))
    return path


def check_growing(writer: Writer, image: xr.DataArray, folder: Path, seed: int) -> Path:
    """Hold a writer to its promise; return the output.

    Whatever the order of the blocks, in one go or reopened for each, written twice or finished
    twice, the bytes are the same.
    """
    rng = np.random.default_rng(seed)
    piece = writer.piece(image)
    assert piece is not None
    most = [-(-size // part) for size, part in zip(image.shape, piece, strict=True)]
    times = [int(rng.integers(1, count + 1)) for count in most]
    count = prod(-(-n // t) for n, t in zip(most, times, strict=True))
    order = rng.permutation(count).tolist()
    suffix = writer.suffixes[0]
    straight = grow(writer, image, folder / f"straight{suffix}", times)
    strewn = grow(
        writer, image, folder / f"strewn{suffix}", times, [*order, order[0]], reopened=True
    )
    assert contents(strewn) == contents(straight)
    writer.finish(image, strewn, (float(image.min()), float(image.max())))
    assert contents(strewn) == contents(straight)
    return straight
