"""Where the next patch is cut: an image by its area, a place by its signal."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from debcr_plugins.training.data.frames import Frame
from debcr_plugins.training.data.signal_map import SignalMap


def draw_frame(ends: npt.NDArray[np.int64], rng: np.random.Generator) -> int:
    """Return the number of a frame, drawn by area.

    Parameters
    ----------
    ends : numpy.ndarray
        int64: areas of the frames, added up.
    rng : numpy.random.Generator
        Decides.
    """
    return int(np.searchsorted(ends, rng.integers(ends[-1]), side="right"))


def draw_start(
    frame: Frame,
    patch: tuple[int, ...],
    prefer_signal: float,
    signal: Callable[[], SignalMap],
    rng: np.random.Generator,
) -> tuple[int, ...]:
    """Return where a patch starts along each axis; every pixel of the frame can be in one.

    Parameters
    ----------
    frame : Frame
        What the patch is cut from.
    patch : tuple of int
        Its size along each axis; where the frame is smaller, it reaches beyond on both sides.
    prefer_signal : float
        Probability that the patch lies at a block that the map chooses, not anywhere.
    signal : callable
        Returns the frame's map; called only when it is needed.
    rng : numpy.random.Generator
        Decides.
    """
    if rng.random() < prefer_signal:
        # The block may lie anywhere in the patch, or signal would always be in the middle.
        centre = [
            pixel + int(rng.integers(-(side // 2), side // 2 + 1))
            for pixel, side in zip(signal().draw(rng), patch, strict=True)
        ]
    else:
        centre = [int(rng.integers(size)) for size in frame.shape]
    return tuple(
        _start(middle - side // 2, size, side)
        for middle, size, side in zip(centre, frame.shape, patch, strict=True)
    )


def _start(start: int, size: int, side: int) -> int:
    """Move a start so that the patch lies inside; in the middle where it is larger."""
    room = size - side
    return room // 2 if room < 0 else min(max(start, 0), room)
