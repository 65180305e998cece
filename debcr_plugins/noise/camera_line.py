"""The line that a linear camera's variance follows: ``variance = gain · (mean − origin)``.

With an offset o and a read noise of r electrons its origin is ``o − gain r²``. So one line tells
the gain, and of offset and read noise one from the other (photon transfer, Janesick 2007,
https://doi.org/10.1117/3.725073).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from debcr_core.errors import ImageError
from debcr_plugins.noise.blocks import Blocks

FEWEST = 100
"""Blocks that a line needs."""
GROUPS = 24
"""Groups of blocks alike in brightness."""
STRUCTURE = 2.0
"""How many times the median variance of its group a block on structure has."""
SMOOTHED = 2.0
"""How many times as strong coarse noise may be as fine noise; a blur multiplies it."""
INEXACT = 0.02
"""Share of the range of brightness by which the line's origin may be wrong."""
SURE = 4.0
"""How many times its own error a gain must be."""


@dataclass(frozen=True)
class CameraLine:
    """What images tell of a camera.

    Attributes
    ----------
    gain : float
        Counts per electron.
    origin : float
        Counts at which the line meets no variance.
    darkest, brightest : float
        Mean counts of the darkest and the brightest blocks.
    """

    gain: float
    origin: float
    darkest: float
    brightest: float

    def read_noise(self, offset: float) -> float:
        """Return the read noise in electrons that goes with an offset."""
        return float(np.sqrt(max(offset - self.origin, 0) / self.gain))

    def allows(self, offset: float) -> bool:
        """Say whether an offset leaves room for a read noise, as exactly as the line is known."""
        return offset >= self.origin - INEXACT * (self.brightest - self.darkest)


def fit_line(blocks: Blocks) -> CameraLine:
    """Fit the line to groups of blocks.

    Raises
    ------
    ImageError
        If there are too few blocks, noise is correlated between pixels, or it does not grow with
        brightness.
    """
    if len(blocks) < FEWEST:
        raise ImageError(
            f"There are {len(blocks)} blocks of 8×8 pixels without saturation, and {FEWEST} at "
            "least are needed: give larger or more images."
        )
    groups = np.array_split(np.argsort(blocks.mean, kind="stable"), GROUPS)
    mean = np.array([blocks.mean[group].mean() for group in groups])
    variance = np.array([_typical(blocks.variance[group]) for group in groups])
    coarse = np.array([_typical(blocks.coarse[group]) for group in groups])
    _refuse_smoothed(variance, coarse)
    gain, at_zero, error = _weighted_line(mean, variance)
    if gain < SURE * error:
        raise ImageError(
            "Noise does not grow with brightness in a way that tells the gain: the images were "
            "denoised or rescaled, their brightness hardly varies, or read noise drowns that of "
            "the photons. Give raw images with dark and bright places."
        )
    return CameraLine(gain, -at_zero / gain, float(mean[0]), float(mean[-1]))


def _typical(variance: np.ndarray) -> float:
    """Return the mean variance without blocks on sharp structure, which far exceed the others."""
    return float(variance[variance <= STRUCTURE * np.median(variance)].mean())


def _refuse_smoothed(variance: np.ndarray, coarse: np.ndarray) -> None:
    """Refuse noise of which neighbours share a part; structure makes coarse noise larger, too."""
    # Structure is in some groups; a filter has been over all.
    least = np.quantile(coarse / np.maximum(variance, 1e-12), 0.25)
    if least > SMOOTHED or not variance.any():
        raise ImageError(
            "Neighbouring pixels share their noise, or have none: the images were denoised, "
            "interpolated, binned on the fly or compressed. Give raw images, as the camera wrote "
            "them."
        )


def _weighted_line(mean: np.ndarray, variance: np.ndarray) -> tuple[float, float, float]:
    """Return slope, value at zero, and error of the slope.

    Dim groups count more, since the error of a variance grows with it.
    """
    weight = 1 / np.maximum(variance, 1e-3 * variance.max())
    (slope, at_zero), covariance = np.polyfit(mean, variance, 1, w=weight, cov=True)
    return float(slope), float(at_zero), float(np.sqrt(covariance[0, 0]))
