"""Noise that grows with brightness, as photons make it, and how to make it even."""

from __future__ import annotations

from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from debcr_core.evaluation import Values
from debcr_plugins.judging.baselines.noise_level import noise_response

GROUPS = 16  # of pixels alike in brightness
SMOOTHING = 1.5  # pixels: brightness without most of the noise
NORMAL_QUARTILE = 0.6745  # median of the absolute value of a standard normal variable


class PhotonNoise(BaseModel):
    """Variance as a linear function of brightness: ``gain · intensity + variance_at_zero``.

    This is what a linear camera gives, whatever its offset: with an offset o and a read noise r
    in electrons the variance at zero is ``gain² r² - gain o``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    gain: float = Field(1.0, gt=0, description="Intensity per photon.")
    variance_at_zero: float = Field(0.0, description="Variance at intensity 0, extrapolated.")

    @classmethod
    def of(cls, image: Values) -> Self | None:
        """Estimate it from one image, or return None where noise does not grow with brightness.

        Pixels are grouped by their smoothed brightness; the median response of a group to
        Immerkær's mask tells its noise, unmoved by the few pixels on sharp structure.

        Parameters
        ----------
        image : numpy.ndarray
            ``(y, x)``.
        """
        from scipy.ndimage import gaussian_filter

        if image.size < GROUPS:
            return None
        brightness = gaussian_filter(image, SMOOTHING).ravel()
        groups = np.array_split(np.argsort(brightness, kind="stable"), GROUPS)
        response = np.abs(noise_response(image)).ravel()
        mean = np.array([brightness[group].mean() for group in groups])
        noise = np.array([np.median(response[group]) for group in groups]) / NORMAL_QUARTILE
        if np.ptp(mean) == 0 or noise.max() == 0:
            return None
        # The error of a variance grows with it: dim groups tell the line most exactly.
        weight = 1 / np.maximum(noise, 1e-3 * noise.max()) ** 2
        gain, at_zero = np.polyfit(mean, noise**2, 1, w=weight)
        return cls(gain=float(gain), variance_at_zero=float(at_zero)) if gain > 0 else None

    def stabilised(self, image: Values) -> Values:
        """Bring the noise to standard deviation 1 (generalised Anscombe transform).

        Starck, Murtagh, Bijaoui 1998; as equation 2 of https://doi.org/10.1109/TIP.2012.2202675.
        """
        photons = image / self.gain + self._read_variance + 0.375
        return np.asarray(2 * np.sqrt(np.maximum(photons, 0)), np.float64)

    def unstabilised(self, stable: Values) -> Values:
        """Undo `stabilised` without bias: the closed form of Mäkitalo and Foi 2013.

        Equation 6 of https://doi.org/10.1109/TIP.2012.2202675.
        """
        # Below the smallest value of the transform without read noise the form diverges.
        z = np.maximum(stable, 2 * np.sqrt(0.375))
        root = np.sqrt(1.5)
        photons = z**2 / 4 + root / (4 * z) - 11 / (8 * z**2) + 5 * root / (8 * z**3) - 1 / 8
        return np.asarray(self.gain * (photons - self._read_variance), np.float64)

    @property
    def _read_variance(self) -> float:
        """Variance at zero in squared photons; negative where the camera has an offset."""
        return self.variance_at_zero / self.gain**2
