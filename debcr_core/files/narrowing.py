"""What a narrow pixel type takes from an image, counted block by block while it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np

from debcr_core.component import Array
from debcr_core.notices import say

MOST_CLIPPED = 0.001
"""Share of the pixels that may be clipped without a word."""
FEWEST_LEVELS = 64
"""Different values below which gradients turn into steps."""
ALIKE = 1e-5
"""Share of the largest value by which values differ that are one level: rounding is no level."""
PIECE = 2**18
"""Pixels that are sorted at once."""


@dataclass(frozen=True)
class Lost:
    """What was counted of some pixels, as JSON can hold it.

    Attributes
    ----------
    pixels, clipped : int
        How many were converted, and clipped.
    before, after : sequence of float
        Different values that they had and have, as far as it matters how many there are.
    """

    pixels: int = 0
    clipped: int = 0
    before: Sequence[float] = ()
    after: Sequence[float] = ()


class Narrowing:
    """Counts what is lost as pixels are converted to another type, from any thread.

    Parameters
    ----------
    dtype : numpy.dtype
        The new type.
    """

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.dtype = dtype
        self._lock = Lock()
        self._pixels = self._clipped = 0
        self._before, self._after = Levels(), Levels()

    def count(self, block: Array, converted: Array) -> None:
        """Take in a block, as it was and as it is written."""
        if block.dtype == self.dtype:
            return
        with self._lock:
            self._pixels += block.size
            self._clipped += clipped(block, self.dtype)
            self._after.add(converted)
            self._before.add(block)

    def lost(self) -> Lost:
        """Return what was counted, for `add`."""
        return Lost(self._pixels, self._clipped, self._before.some(), self._after.some())

    def add(self, lost: Lost) -> None:
        """Take in what was counted elsewhere."""
        with self._lock:
            self._pixels += lost.pixels
            self._clipped += lost.clipped
            self._before.add(np.array(lost.before))
            self._after.add(np.array(lost.after))

    def tell(self, name: str, cure: str) -> None:
        """Say what was lost, if that is more than can be left unsaid.

        Parameters
        ----------
        name : str
            What the image is called.
        cure : str
            What to do on the command line and in Python, a sentence.

        Warns
        -----
        DebcrWarning
            With the share of the pixels that were clipped, and the number of levels that are left.
        """
        lost = []
        if self._clipped > MOST_CLIPPED * self._pixels:
            share = self._clipped / self._pixels
            lost.append(f"{share:.2%} of its pixels were clipped to the range of {self.dtype}")
        left = len(self._after)
        if left < min(FEWEST_LEVELS, len(self._before)):
            lost.append(
                f"only {left} {'level is' if left == 1 else 'levels are'} left as {self.dtype}"
            )
        if lost:
            say(f"{name}: {' and '.join(lost)}.", kind="narrow-dtype", advice=cure)


class Levels:
    """The different values of an image, as far as it matters how many there are."""

    def __init__(self) -> None:
        self._found: set[float] = set()
        self._step = 0.0

    def __len__(self) -> int:
        return len(self._found)

    def some(self) -> list[float]:
        """Return as many of them as matter."""
        return [value * (self._step or 1) for value in sorted(self._found)[:FEWEST_LEVELS]]

    def add(self, block: Array) -> None:
        """Take in a block."""
        pixels = block.ravel()
        for start in range(0, pixels.size, PIECE):
            if len(self) >= FEWEST_LEVELS:
                return
            self._found.update(self._levels(pixels[start : start + PIECE]))

    def _levels(self, pixels: Array) -> list[float]:
        if pixels.dtype.kind == "f":
            values = np.nan_to_num(pixels.astype(np.float64))
            self._step = self._step or ALIKE * float(np.abs(values).max())
            pixels = np.rint(values / (self._step or 1.0))
        levels: list[float] = np.unique(pixels).tolist()
        return levels


def clipped(block: Array, dtype: np.dtype[Any]) -> int:
    """Return how many finite pixels lie outside what a type holds, once they are rounded.

    Examples
    --------
    >>> clipped(np.array([-1.0, -0.4, 255.4, 300]), np.dtype("uint8"))
    2
    """
    if dtype.kind == "b" or block.dtype.kind == "b":
        return 0
    if dtype.kind == "f":
        most = float(np.finfo(dtype).max)
        return int(np.count_nonzero(np.isfinite(block) & ((block > most) | (block < -most))))
    limits, half = np.iinfo(dtype), 0.5 if block.dtype.kind == "f" else 0
    return int(np.count_nonzero((block > limits.max + half) | (block < limits.min - half)))
