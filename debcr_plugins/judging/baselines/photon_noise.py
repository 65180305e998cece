"""Noise that grows with brightness, as photons make it, and how to make it even."""

from __future__ import annotations

from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from debcr_core.evaluation import Values
from debcr_core.noise_estimates import (
    GROUPS,
    noise_by_brightness,
    noise_response,
    photon_line,
    smoothed,
)


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

        Parameters
        ----------
        image : numpy.ndarray
            ``(y, x)``.
        """
        if image.size < GROUPS:
            return None
        line = photon_line(
            *noise_by_brightness(smoothed(image).ravel(), noise_response(image).ravel())
        )
        return None if line is None else cls(gain=line[0], variance_at_zero=line[1])

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
