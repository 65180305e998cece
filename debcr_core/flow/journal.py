"""Which blocks of an output are done, line by line, so that a run which was killed can go on."""

from __future__ import annotations

import json
import math
import os
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self
from zlib import crc32

import numpy as np

from debcr_core.components import Array
from debcr_core.files.narrowing import Lost
from debcr_core.files.unfinished import entries


@dataclass(frozen=True)
class Done:
    """A block that is written.

    Attributes
    ----------
    block : int
        Its number in the `Division`.
    crc : int
        Of its bytes.
    low, high : float or None
        Its smallest and largest finite pixel; None where none is finite.
    lost : Lost
        What its pixel type took from it.
    """

    block: int
    crc: int
    low: float | None = None
    high: float | None = None
    lost: Lost = field(default_factory=Lost)

    @classmethod
    def of(cls, block: int, pixels: Array, lost: Lost) -> Self:
        """Return the entry of a block with those pixels."""
        return cls(block, crc_of(pixels), *_ends(pixels), lost)

    @classmethod
    def parsed(cls, entry: dict[str, Any]) -> Self:
        """Return what a line of a journal says.

        Raises
        ------
        TypeError, KeyError
            If it says something else.
        """
        return cls(**{**entry, "lost": Lost(**entry["lost"])})

    def line(self) -> bytes:
        """Return it as a line of a journal."""
        return json.dumps(asdict(self)).encode() + b"\n"


class Journal:
    """Takes down the blocks that one run or part has done.

    Parameters
    ----------
    folder : Path
        Of the unfinished output.
    name : str
        The run's or part's: ``run``, ``3-of-16``.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / f"journal-{name}.jsonl"

    def add(self, done: Done) -> None:
        """Take down a block whose pixels have reached the system."""
        with self._path.open("ab+") as file:
            line = done.line()
            if file.tell():
                # What a run that was killed had begun to write stays a line of its own.
                file.seek(-1, os.SEEK_END)
                line = line if file.read(1) == b"\n" else b"\n" + line
            file.write(line)


def done_blocks(folder: Path) -> dict[int, list[Done]]:
    """Return what the journals of an output say of each block; of some several do."""
    found = defaultdict(list)
    for _, entry in entries(folder):
        with suppress(TypeError, KeyError):
            done = Done.parsed(entry)
            found[done.block].append(done)
    return dict(found)


def limits_of(blocks: Iterable[Done]) -> tuple[float, float]:
    """Return the smallest and the largest finite pixel of some blocks; (0, 0) where none is."""
    ends = [(each.low, each.high) for each in blocks if each.low is not None]
    lows, highs = zip(*ends, strict=True) if ends else ((0.0,), (0.0,))
    return min(lows), max(highs)


def crc_of(pixels: Array) -> int:
    """Return the checksum of a block's bytes: little-endian, in C order."""
    return crc32(np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("<")).data)


def _ends(pixels: Array) -> tuple[float | None, float | None]:
    low, high = np.fmin.reduce(pixels, axis=None), np.fmax.reduce(pixels, axis=None)
    if not (math.isfinite(low) and math.isfinite(high)):
        finite = pixels[np.isfinite(pixels)]
        if not finite.size:
            return None, None
        low, high = finite.min(), finite.max()
    return float(low), float(high)
