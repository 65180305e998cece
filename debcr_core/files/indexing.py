"""What part of an array an index needs, for arrays that are read piece by piece."""

from __future__ import annotations

from typing import Any

import numpy as np

from debcr_core.components import Region


def enclosing(index: Any, shape: tuple[int, ...]) -> tuple[Region, tuple[Any, ...]]:
    """Return the smallest block that holds what is asked for, and what to take of it.

    Parameters
    ----------
    index : int, slice, list of int or tuple of these
        An index into an array of that shape.
    shape : tuple of int
        The array's shape.

    Returns
    -------
    (tuple of slice, tuple)
        A slice of step 1 per axis, and the index into that block.

    Examples
    --------
    >>> enclosing((3, slice(8, 2, -2)), (5, 10))
    ((slice(3, 4, None), slice(4, 9, None)), (0, slice(None, None, -2)))
    """
    parts = index if isinstance(index, tuple) else (index,)
    given = [*parts, *[slice(None)] * (len(shape) - len(parts))]
    pairs = [_enclosing(part, size) for part, size in zip(given, shape, strict=True)]
    return tuple(block for block, _ in pairs), tuple(inside for _, inside in pairs)


def _enclosing(part: Any, size: int) -> tuple[slice, Any]:
    chosen = np.arange(size)[part]
    low, high = int(chosen.min(initial=size)), int(chosen.max(initial=-1)) + 1
    inside = slice(None, None, part.step) if isinstance(part, slice) else (chosen - low).tolist()
    return slice(low, max(low, high)), inside
