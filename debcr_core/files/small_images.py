"""Small images are read at once by whoever opens one after the other.

Lazy ones are dask's, whose import takes longer than to read them. Whoever opens thousands together,
as training does, leaves them on disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SMALL = 2**22
"""Bytes of the largest image that is read at once."""

_at_once = ContextVar("small images are read at once", default=False)


@contextmanager
def small_at_once(wanted: bool = True) -> Iterator[None]:
    """Have readers return small images in memory, rather than lazily."""
    before = _at_once.set(wanted)
    try:
        yield
    finally:
        _at_once.reset(before)


def is_read_at_once(size: int) -> bool:
    """Say whether a reader that can read lazily returns an image in memory.

    Parameters
    ----------
    size : int
        Bytes of its pixels.
    """
    return size <= SMALL and _at_once.get()
