"""Pixels of a camera that were each written as a square of several."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from debcr_core.evaluation import Values
from debcr_core.verdict.noise import SHARED, coarseness
from debcr_core.verdict.window import Window

SIDES = range(2, 9)
COMPRESSED = 8
"""JPEG works on blocks of that side, at whose edges there are small steps, too."""
LEAST = 1.1
"""How many times as large steps between squares are as steps within, at least."""
LEAST_OF_EIGHT = 1.5
"""The same where JPEG may have made them."""
CLEAR = 3.0
"""The same, if nothing but repeated pixels makes such steps."""
SURE = 5.0
"""Standard errors by which most steps between squares exceed those beside them."""
INTERPOLATED = 4.0
"""Coarseness of noise (`coarseness`) from which smaller steps are those of interpolation."""


class Steps(NamedTuple):
    """Differences of neighbours, which are largest between every so many columns and rows.

    Attributes
    ----------
    side : int
        Distance of the large ones.
    excess : float
        How many times as large they are as the largest others; the lesser of both axes.
    """

    side: int
    excess: float


def repeated_side(window: Window) -> int | None:
    """Return the side of the squares; None where there are none."""
    steps = steps_of(window)
    return steps.side if steps is not None and _repeat(window, steps) else None


def is_compressed(window: Window) -> bool:
    """Say whether the window shows the blocks of JPEG."""
    steps = steps_of(window)
    return steps is not None and steps.side == COMPRESSED and not _repeat(window, steps)


def _repeat(window: Window, steps: Steps) -> bool:
    """Say whether it is by repeated pixels that the steps are there."""
    if steps.excess > CLEAR:
        return True
    if steps.side == COMPRESSED:
        return steps.excess > LEAST_OF_EIGHT and coarseness(window) < SHARED
    return coarseness(window) < INTERPOLATED


def steps_of(window: Window) -> Steps | None:
    """Return the steps between squares, if there are any for sure."""
    exposed = np.where(window.fill, np.nan, window.pixels)
    along_x = np.abs(np.diff(exposed, axis=1))
    along_y = np.abs(np.diff(exposed, axis=0)).T
    sums = [_sums(steps) for steps in (along_x, along_y)]
    found = [Steps(side, min(_excess(each, side) for each in sums)) for side in SIDES]
    # Squares of 4×4 are of 2×2, too.
    best = max(found, key=lambda steps: (steps.excess, steps.side))
    if best.excess < LEAST:
        return None
    sure = all(_certainty(steps, best.side) > SURE for steps in (along_x, along_y))
    return best if sure else None


class Sums(NamedTuple):
    """Sums of steps between the same two columns or rows, and their number; NaN does not count."""

    total: Values
    number: npt.NDArray[np.int_]


def _sums(steps: Values) -> Sums:
    return Sums(np.nansum(steps, axis=0), np.isfinite(steps).sum(axis=0))


def _means(sums: Sums, side: int) -> Values:
    """Return the mean of every so many steps, from each of the first ones."""
    total, number = (np.array([each[i::side].sum() for i in range(side)]) for each in sums)
    return np.asarray(total / np.maximum(number, 1))


def _excess(sums: Sums, side: int) -> float:
    """Return how many times as large the largest of every so many steps are as all others."""
    *_, second, largest = np.sort(_means(sums, side))
    return float(largest / second) if second else (np.inf if largest else 0.0)


def _certainty(steps: Values, side: int) -> float:
    """Return by how many standard errors most of the large steps exceed their neighbours.

    One edge of a bright object makes a large mean, but not most of them larger.
    """
    first = int(_means(_sums(steps), side).argmax())
    at = np.arange(first, steps.shape[1], side)
    at = at[(at > 0) & (at < steps.shape[1] - 1)]
    beside = (steps[:, at - 1] + steps[:, at + 1]) / 2
    larger, smaller = (
        int(np.count_nonzero(f(steps[:, at], beside))) for f in (np.greater, np.less)
    )
    return float((larger - smaller) / max(larger + smaller, 1) ** 0.5)
