"""How noisy an image is, judged from itself."""

from __future__ import annotations

import numpy as np

from debcr_core.evaluation import Values

# The difference of two Laplacians: it leaves noise, and of smooth structure nothing.
MASK = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float64) / 6


def noise_level(image: Values) -> float:
    """Estimate the standard deviation of noise that is the same everywhere.

    Immerkær 1996, https://doi.org/10.1006/cviu.1996.0060.

    Parameters
    ----------
    image : numpy.ndarray
        ``(y, x)``.
    """
    return float(np.sqrt(np.pi / 2) * np.abs(noise_response(image)).mean())


def noise_response(image: Values) -> Values:
    """Return what the mask leaves of an image: of white noise, noise of the same strength.

    Parameters
    ----------
    image : numpy.ndarray
        ``(y, x)``.
    """
    from scipy.ndimage import convolve

    return np.asarray(convolve(np.asarray(image, np.float64), MASK), np.float64)
