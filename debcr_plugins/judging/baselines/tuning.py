"""Find a classical method's best parameters on images whose truth is known."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from debcr_core.evaluation import Values
from debcr_plugins.judging.baselines.baseline import Baseline

Planes = Sequence[tuple[Values, Values]]
Match = Callable[[Values, Values], Values]


@dataclass(frozen=True)
class Tuned:
    """What tuning chose.

    Attributes
    ----------
    baseline : Baseline
        The method with its parameters.
    error : float
        Root mean squared error it leaves, over that of the input; geometric mean over the
        images.
    at_the_edge : tuple of str
        Parameters that are the largest or smallest of the grid: better ones may lie beyond.
    """

    baseline: Baseline
    error: float
    at_the_edge: tuple[str, ...]


def tune(
    candidates: Sequence[Baseline], planes: Planes, match: Match = lambda image, _: image
) -> Tuned:
    """Choose the parameters with the smallest mean squared error.

    Errors of several images enter as their geometric mean, as in a mean of PSNRs: else the
    brightest image alone would choose.

    Parameters
    ----------
    candidates : sequence of Baseline
        One method with different parameters, such as `Baseline.grid` returns.
    planes : sequence of (numpy.ndarray, numpy.ndarray)
        Degraded planes and their truth, ``(y, x)``, float64.
    match : callable
        Brings a restored plane to the scale of its truth before the two are compared.
    """

    def error(candidate: Baseline) -> float:
        return _mean_error([(match(candidate.restore(x), y), y) for x, y in planes])

    errors = [error(candidate) for candidate in candidates]
    best = int(np.argmin(errors))
    unrestored = _mean_error([(match(x, y), y) for x, y in planes])
    return Tuned(
        candidates[best], math.exp((errors[best] - unrestored) / 2), _edges(candidates, best)
    )


def _mean_error(pairs: Planes) -> float:
    """Return the mean logarithm of the mean squared error."""
    smallest = np.finfo(np.float64).tiny  # an exact result has no logarithm
    return float(np.mean([np.log(np.mean((x - y) ** 2) + smallest) for x, y in pairs]))


def _edges(candidates: Sequence[Baseline], best: int) -> tuple[str, ...]:
    """Return the numeric parameters whose chosen value is an end of the grid."""
    columns = [candidate.model_dump() for candidate in candidates]
    numbers = [key for key, value in columns[best].items() if type(value) in (int, float)]
    return tuple(
        key
        for key in numbers
        if columns[best][key] in (min(c[key] for c in columns), max(c[key] for c in columns))
    )
