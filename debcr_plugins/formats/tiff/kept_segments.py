"""Large strips and tiles that were decoded once, set aside on disk for the blocks to come."""

from __future__ import annotations

from collections import OrderedDict
from tempfile import TemporaryFile
from threading import Lock
from typing import Any

import numpy as np

from debcr_core.components import Array

LARGE = 2**22
"""Bytes of a decoded strip or tile, beyond which it is kept."""
MOST = 2**32
"""Bytes that are kept at once; what was not asked for the longest goes first."""

Decoded = tuple[Any, tuple[int, ...]]
"""What gives the pixels, an array as a rule, and where they lie in their page."""


class KeptSegments:
    """Decoded strips and tiles by where they begin, in temporary files that go with this object."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Any, Decoded] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Any) -> Decoded | None:
        """Return a segment that was kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: Any, decoded: Decoded) -> None:
        """Keep a segment, if it is large and there is room on the disk."""
        pixels, place = decoded
        if not LARGE < pixels.nbytes <= MOST:
            return
        try:
            aside = _on_disk(pixels)
        except OSError:  # it is decoded again
            return
        with self._lock:
            self._kept[key] = aside, place
            while sum(pixels.nbytes for pixels, _ in self._kept.values()) > MOST:
                self._kept.popitem(last=False)


def _on_disk(pixels: Array) -> Array:
    """Return a copy in a temporary file; a full disk shows while that is written."""
    with TemporaryFile() as file:
        file.write(np.ascontiguousarray(pixels).data)
        file.flush()
        return np.memmap(file, pixels.dtype, mode="r", shape=pixels.shape)
