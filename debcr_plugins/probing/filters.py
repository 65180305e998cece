"""Filters as they are at their best: method and strength chosen on other images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from scipy import ndimage

from debcr_core.evaluation import Values
from debcr_plugins.judging.baselines.baseline import Baseline
from debcr_plugins.judging.baselines.non_local_means import NonLocalMeans
from debcr_plugins.judging.baselines.smoothing import Smoothing
from debcr_plugins.judging.baselines.total_variation import TotalVariation
from debcr_plugins.judging.baselines.wavelet import Wavelet

Planes = Sequence[tuple[Values, Values]]
"""Degraded planes ``(y, x)`` and their truth."""


class Gaussian(Smoothing):
    """Averages neighbours by a Gaussian; `strength` is its standard deviation in pixels."""

    name = "gaussian"
    strengths: ClassVar[tuple[float, ...]] = (0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 1.8, 2.2, 2.8, 3.5, 5)

    def smooth(self, plane: Values, noise: float) -> Values:  # noqa: ARG002
        """Filter by `scipy.ndimage.gaussian_filter`."""
        return np.asarray(ndimage.gaussian_filter(plane, self.strength))


FILTERS: tuple[type[Smoothing], ...] = (Gaussian, TotalVariation, NonLocalMeans, Wavelet)


class Errors:
    """The error that each filter of each strength leaves on each plane.

    Parameters
    ----------
    planes : sequence of (numpy.ndarray, numpy.ndarray)
        Degraded planes and their truth.
    candidates : sequence of Baseline, optional
        The filters; by default all of `FILTERS`, with photon noise made even first, and without.
    """

    def __init__(self, planes: Planes, candidates: Sequence[Baseline] | None = None) -> None:
        self.candidates = candidates or [one for kind in FILTERS for one in kind.grid()]
        tiny = np.finfo(np.float64).tiny
        self._logs = np.array(
            [
                [
                    np.log(np.mean((one.restore(image) - truth) ** 2) + tiny)
                    for image, truth in planes
                ]
                for one in self.candidates
            ]
        )

    def best(self, but: int | None = None) -> Baseline:
        """Return the filter with the least error, the geometric mean over all planes but one."""
        counted = [n for n in range(self._logs.shape[1]) if n != but]
        return self.candidates[int(np.argmin(self._logs[:, counted].mean(axis=1)))]
