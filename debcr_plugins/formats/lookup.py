"""Pixels that stand for other values: each stored number is looked up in a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from debcr_core.components import Array


@dataclass(frozen=True)
class LookedUp:
    """An array in a file whose numbers are places in a table.

    Attributes
    ----------
    pixels : object
        What reads the file, of 8 or 16 bits: has ``shape``, ``ndim``, ``pieces`` and takes ints
        and slices.
    table : numpy.ndarray
        A value for each number that can be stored; for signed ones, from the lowest on.
    """

    pixels: Any
    table: Array

    @property
    def shape(self) -> tuple[int, ...]:
        """Pixels per axis."""
        return tuple(self.pixels.shape)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values."""
        return self.table.dtype

    @property
    def pieces(self) -> tuple[int, ...]:
        """How much of each axis is worth reading at once."""
        return tuple(self.pixels.pieces)

    def __getitem__(self, index: Any) -> Array:
        """Read what an index of ints and slices asks for."""
        stored = np.asarray(self.pixels[index])
        if stored.dtype.kind == "i":
            unsigned = np.dtype(f"u{stored.dtype.itemsize}")
            # Wraps around: the lowest becomes 0.
            stored = stored.view(unsigned) + unsigned.type(np.iinfo(unsigned).max // 2 + 1)
        values: Array = self.table[stored]
        return values
