"""Smooth random fields, from which textures, chromatin and uneven backgrounds are made."""

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]


def power_law_field(
    shape: tuple[int, int], exponent: float, scale: float, rng: np.random.Generator
) -> Image:
    """Gaussian random field whose spectral power falls as a power law above a frequency.

    The power is ``(1 + (f * scale)**2) ** (-exponent / 2)``, a Matérn spectrum.

    Parameters
    ----------
    shape
        Height and width in pixels.
    exponent
        Of the fall-off; 2 is rough, 5 is smooth.
    scale
        Correlation length times 2 pi, in pixels: the field is white at wavelengths above it.
    rng
        Source of randomness.

    Returns
    -------
    Image
        float32, axes ``y, x``, mean 0 and standard deviation 1 (0 for a single pixel).
    """
    height, width = shape
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    amplitude = (1 + (frequency * scale) ** 2) ** (-exponent / 4)
    spectrum = np.fft.rfft2(rng.standard_normal(shape)) * amplitude
    field = np.fft.irfft2(spectrum, s=shape)
    field -= field.mean()
    return np.asarray(field / max(field.std(), 1e-12), np.float32)


def lognormal_field(
    shape: tuple[int, int],
    contrast: float,
    exponent: float,
    scale: float,
    rng: np.random.Generator,
) -> Image:
    """Positive random field, ``exp(contrast * power_law_field)``: many dim, few bright places."""
    return np.asarray(np.exp(contrast * power_law_field(shape, exponent, scale, rng)), np.float32)


def uneven_background(
    shape: tuple[int, int], level: float, contrast: float, rng: np.random.Generator
) -> Image:
    """Return light from everywhere: positive, about `level`, smooth, with a log-contrast."""
    return level * lognormal_field(shape, contrast, 5, 3 * max(shape), rng)
