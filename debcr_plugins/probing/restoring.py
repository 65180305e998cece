"""A trained model as a function of planes, and what measures share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.evaluation import Values
from debcr_core.flow.restoration import restore
from debcr_core.image import make_image
from debcr_core.notices import listening

if TYPE_CHECKING:
    from debcr_core.flow.opening import SharedRunner
    from debcr_core.plugins import Plugins

Restore = Callable[[Values], Values]
"""Maps a plane ``(y, x)`` to one of the same shape on the same scale, float64."""


def restoring(runner: SharedRunner, plugins: Plugins) -> Restore:
    """Return a model as a function of planes: what `debcr restore` gives of each.

    Warnings of a plane that the model does not suit are not passed on: probes are made to be odd.
    """

    def plane(pixels: Values) -> Values:
        with listening():
            image = make_image(np.asarray(pixels, np.float32), "yx")
            return np.asarray(restore(image, runner, plugins=plugins).values, np.float64)

    return plane


def psnr(image: Values, truth: Values) -> float:
    """Return the peak signal-to-noise ratio in dB, relative to the truth's range."""
    return decibels(float(np.mean((image - truth) ** 2)), float(np.ptp(truth)), 240)


def decibels(error: float, peak: float, most: float = 60) -> float:
    """Return the peak signal-to-noise ratio of a squared error in dB.

    Parameters
    ----------
    error : float
        Mean squared error; where noise was taken off, chance can take more off than there is.
    peak : float
        Relative to this.
    most : float
        What the result does not exceed, dB.
    """
    return float(10 * np.log10(peak**2 / max(error, 10 ** (-most / 10) * peak**2)))


def best_on_others(scores: Values) -> list[float]:
    """Return each plane's figure by the method that is best on all other planes.

    Parameters
    ----------
    scores : numpy.ndarray
        As for `chosen_on_others`.
    """
    return [float(scores[method, n]) for n, method in enumerate(chosen_on_others(scores))]


def chosen_on_others(scores: Values) -> list[int]:
    """Return for each plane the number of the method that is best on all other planes.

    Parameters
    ----------
    scores : numpy.ndarray
        ``(method, plane)``; more is better. A single plane chooses on itself.
    """
    planes = range(scores.shape[1])
    others = ([m for m in planes if m != n] or [n] for n in planes)
    return [int(np.argmax(scores[:, counted].mean(axis=1))) for counted in others]


def mean(values: Any) -> float:
    """Return the mean of some numbers, NaN of none."""
    numbers = list(values)
    return float(np.mean(numbers)) if numbers else float("nan")
