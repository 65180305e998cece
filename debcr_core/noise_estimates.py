"""How noisy an image is, judged from itself: the one estimator that all parts use."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from debcr_core.evaluation import Values

# The difference of two Laplacians, [1 -2 1] along x and y: it leaves noise, and of smooth structure
# nothing.
MASK_NORM = 6.0
NORMAL_QUARTILE = 0.6745  # median of the absolute value of a standard normal variable
GROUPS = 16  # of pixels alike in brightness
SMOOTHING = 1.5  # pixels: brightness without most of the noise
REACH = 6  # pixels, four times that: as far as a pixel counts in the brightness of another


def noise_response(image: Values, step: int = 1) -> Values:
    """Return what the mask leaves of an image: of white noise, noise of the same strength.

    Immerkær 1996, https://doi.org/10.1006/cviu.1996.0060.

    Parameters
    ----------
    image : numpy.ndarray
        ``(y, x)``.
    step : int
        Distance of the pixels that are compared. Where the noise of neighbours is independent,
        the strength is the same at each; structure, and noise that neighbours share, make that of
        a larger step larger.

    Returns
    -------
    numpy.ndarray
        float64, of the image's shape; `step` rows and columns at each border see it reflected.
    """
    curved = np.asarray(image, np.float64)
    for _ in range(2):
        padded = np.pad(curved, ((step, step), (0, 0)), mode="symmetric")
        curved = (padded[: -2 * step] - 2 * padded[step:-step] + padded[2 * step :]).T
    return curved / MASK_NORM


def noise_level(image: Values) -> float:
    """Estimate the standard deviation of noise that is the same everywhere.

    Parameters
    ----------
    image : numpy.ndarray
        ``(y, x)``.
    """
    return float(np.sqrt(np.pi / 2) * np.abs(noise_response(image)).mean())


def smoothed(image: Values) -> Values:
    """Return an image's brightness without most of the noise.

    It is convolved with a Gaussian, and reflected at its borders. (Not by scipy, whose import takes
    six times as long as all that is measured with this in an image.)

    Parameters
    ----------
    image : numpy.ndarray
        ``(y, x)``.

    Returns
    -------
    numpy.ndarray
        float64, of the same shape.
    """
    weights = np.exp(-0.5 * (np.arange(REACH + 1) / SMOOTHING) ** 2)
    weights /= weights.sum() + weights[1:].sum()
    smooth = np.asarray(image, np.float64)
    for _ in range(2):
        padded = np.pad(smooth, ((REACH, REACH), (0, 0)), mode="symmetric")
        count = len(smooth)
        smooth = weights[0] * smooth
        for away in range(REACH, 0, -1):
            both = padded[REACH - away :][:count] + padded[REACH + away :][:count]
            smooth += weights[away] * both
        smooth = smooth.T
    return smooth


def noise_by_brightness(brightness: Values, response: Values) -> tuple[Values, Values]:
    """Estimate the noise of pixels that are alike in brightness.

    Parameters
    ----------
    brightness : numpy.ndarray
        ``(n,)``: `smoothed` pixels, at least `GROUPS` of them.
    response : numpy.ndarray
        ``(n,)``: their `noise_response`.

    Returns
    -------
    tuple of numpy.ndarray
        Mean brightness of each group, from dark to bright, and the noise's standard deviation
        there: by the median, unmoved by the few pixels on sharp structure.
    """
    groups = _groups(brightness)
    strength = np.abs(response)
    mean = np.array([brightness[group].mean() for group in groups])
    noise = np.array([np.median(strength[group]) for group in groups]) / NORMAL_QUARTILE
    return mean, noise


def _groups(brightness: Values) -> list[npt.NDArray[np.intp]]:
    """Return which pixels are in each group; of equal ones the first ones are in the first."""
    # Many times as fast as a stable order, which differs where a group ends between equal pixels.
    groups = np.array_split(np.argsort(brightness), GROUPS)
    if any(brightness[one[-1]] == brightness[other[0]] for one, other in pairwise(groups)):
        return np.array_split(np.argsort(brightness, kind="stable"), GROUPS)
    return groups


def photon_line(brightness: Values, noise: Values) -> tuple[float, float] | None:
    """Fit the line that photon noise follows: ``variance = gain · brightness + at_zero``.

    Parameters
    ----------
    brightness, noise : numpy.ndarray
        As `noise_by_brightness` returns them.

    Returns
    -------
    tuple of float or None
        Gain and variance at zero; None where noise does not grow with brightness.
    """
    if np.ptp(brightness) == 0 or noise.max() == 0:
        return None
    # The error of a variance grows with it: dim groups tell the line most exactly.
    weight = 1 / np.maximum(noise, 1e-3 * noise.max()) ** 2
    gain, at_zero = np.polyfit(brightness, noise**2, 1, w=weight)
    return (float(gain), float(at_zero)) if gain > 0 else None
