"""How noisy an image is, judged from itself: the one estimator that all parts use."""

from __future__ import annotations

import numpy as np

from debcr_core.evaluation import Values

# The difference of two Laplacians: it leaves noise, and of smooth structure nothing.
MASK = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float64) / 6
NORMAL_QUARTILE = 0.6745  # median of the absolute value of a standard normal variable
GROUPS = 16  # of pixels alike in brightness
SMOOTHING = 1.5  # pixels: brightness without most of the noise


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
    from scipy.ndimage import convolve

    mask = np.zeros((2 * step + 1, 2 * step + 1))
    mask[::step, ::step] = MASK
    return np.asarray(convolve(np.asarray(image, np.float64), mask), np.float64)


def noise_level(image: Values) -> float:
    """Estimate the standard deviation of noise that is the same everywhere.

    Parameters
    ----------
    image : numpy.ndarray
        ``(y, x)``.
    """
    return float(np.sqrt(np.pi / 2) * np.abs(noise_response(image)).mean())


def smoothed(image: Values) -> Values:
    """Return an image's brightness without most of the noise."""
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(image, SMOOTHING))


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
    groups = np.array_split(np.argsort(brightness, kind="stable"), GROUPS)
    strength = np.abs(response)
    mean = np.array([brightness[group].mean() for group in groups])
    noise = np.array([np.median(strength[group]) for group in groups]) / NORMAL_QUARTILE
    return mean, noise


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
