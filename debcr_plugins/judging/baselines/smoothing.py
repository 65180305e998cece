"""Filters whose strength counts in units of the noise, on even or on photon noise."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Self

from pydantic import Field

from debcr_core.evaluation import Values
from debcr_core.noise_estimates import noise_level
from debcr_plugins.judging.baselines.baseline import Baseline
from debcr_plugins.judging.baselines.photon_noise import PhotonNoise


class Smoothing(Baseline):
    """A denoiser that is told the noise's standard deviation."""

    strengths: ClassVar[tuple[float, ...]] = (
        0.3,
        0.45,
        0.6,
        0.8,
        1.0,
        1.3,
        1.7,
        2.2,
        3.0,
        4.0,
        6.0,
    )

    strength: float = Field(1.0, gt=0, description="In units of the noise's standard deviation.")
    stabilise: bool = Field(
        False,
        description="Make photon noise even first, by the generalised Anscombe transform.",
    )
    noise: PhotonNoise | None = Field(
        None, description="The noise, if `stabilise`; None: estimated in the image itself."
    )

    @classmethod
    def grid(cls) -> Sequence[Self]:
        """Return every strength, with photon noise made even and without."""
        return [
            cls(strength=strength, stabilise=stabilise)
            for strength in cls.strengths
            for stabilise in (False, True)
        ]

    def restore(self, plane: Values) -> Values:
        """Filter the plane or its stabilised form."""
        noise = (self.noise or PhotonNoise.of(plane)) if self.stabilise else None
        if noise is None:
            return self._filtered(plane, noise_level(plane))
        return noise.unstabilised(self._filtered(noise.stabilised(plane), 1.0))

    def _filtered(self, plane: Values, noise: float) -> Values:
        # Without noise there is nothing to remove, and the filters divide by its strength.
        return self.smooth(plane, noise) if noise > 0 else plane

    @abstractmethod
    def smooth(self, plane: Values, noise: float) -> Values:
        """Filter a plane whose noise has that standard deviation everywhere."""
