"""How noisy a layer is at a point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from debcr_core.errors import ImageError
from debcr_core.evaluation import Values
from debcr_core.noise_estimates import (
    noise_by_brightness,
    noise_level,
    noise_response,
    photon_line,
    smoothed,
)

SURROUNDINGS = 512
"""Side in pixels of what tells how noise grows with brightness."""
FEWEST = 8
"""Pixels along a side from which noise can be told."""
SPREAD = 2.0
"""How many times the noise brightness must vary by, for a line to be drawn through it."""

ASSUMED = (
    "Photons assume that noise is that of counting light, each pixel's its own: its variance grows "
    "with brightness along one line (found in the 512×512 pixels around), and is nothing without "
    "light. After a restoration they say how much light an image as clean would have needed."
)


@dataclass(frozen=True)
class Noise:
    """What a neighbourhood says.

    Attributes
    ----------
    mean, variance : float
        Of all its pixels, structure included.
    noise : float
        Standard deviation of noise alone, from differences of neighbours (Immerkær 1996).
    photons : float or None
        Mean number of photons a pixel; None where noise does not grow with brightness, or
        brightness hardly varies.
    """

    mean: float
    variance: float
    noise: float
    photons: float | None


def noise_of(pixels: Values, around: Values) -> Noise:
    """Measure a neighbourhood.

    Parameters
    ----------
    pixels : numpy.ndarray
        ``(y, x)``: the neighbourhood.
    around : numpy.ndarray
        ``(y, x)``: more of the same plane.

    Raises
    ------
    ImageError
        If it is too small, or pixels are not finite.
    """
    if min(pixels.shape) < FEWEST:
        raise ImageError(
            f"There are fewer than {FEWEST}×{FEWEST} pixels around this point: click farther from "
            "the border, or choose a larger neighbourhood."
        )
    if not np.isfinite(pixels).all():
        raise ImageError("There are NaN or infinite pixels around this point: click elsewhere.")
    mean = float(pixels.mean())
    return Noise(mean, float(pixels.var()), noise_level(pixels), _photons(mean, around))


def _photons(mean: float, around: Values) -> float | None:
    if not np.isfinite(around).all():
        return None
    brightness, noise = noise_by_brightness(
        smoothed(around).ravel(), noise_response(around).ravel()
    )
    line = photon_line(brightness, noise)
    if line is None or np.ptp(brightness) < SPREAD * np.median(noise):
        return None
    gain, at_zero = line
    photons = (mean + at_zero / gain) / gain
    return photons if photons > 0 else None
