"""BM3D, the classical filter that is hardest to beat, where a user has installed it.

Its licence (https://pypi.org/project/bm3d/) allows no more than research that is not commercial, so
nothing of ours installs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import ClassVar, Self

import numpy as np

from debcr_core.evaluation import Values
from debcr_plugins.judging.baselines.photon_noise import PhotonNoise
from debcr_plugins.judging.baselines.smoothing import Smoothing

ABSENT = (
    "BM3D is not installed, so not among the methods: `pip install bm3d` adds it, whose licence "
    "allows no more than research that is not commercial."
)
PRESENT = (
    "BM3D, which is installed here, is told the noise, works after the generalised Anscombe "
    "transform, and has its strength chosen in the same way."
)


class BM3D(Smoothing):
    """Filters groups of like patches together (Dabov et al. 2007), by its authors' package.

    Source: https://doi.org/10.1109/TIP.2007.901238, and for photon noise Mäkitalo and Foi 2013,
    https://doi.org/10.1109/TIP.2012.2202675.
    """

    name = "bm3d"
    strengths: ClassVar[tuple[float, ...]] = (0.7, 0.85, 1.0, 1.2, 1.5)

    @classmethod
    def is_installed(cls) -> bool:
        """Say whether the package is there, and can be imported."""
        try:
            return hasattr(import_module("bm3d"), "bm3d")
        # Its libraries may be for another system.
        except (ImportError, OSError):
            return False

    @classmethod
    def told(cls, read_noise: float) -> Sequence[Self]:
        """Return every strength, made for images in photons with so many electrons of read noise.

        It is told the noise, where others estimate it: at its best it is to be reached.
        """
        noise = PhotonNoise(gain=1.0, variance_at_zero=read_noise**2)
        return [cls(strength=each, stabilise=True, noise=noise) for each in cls.strengths]

    def smooth(self, plane: Values, noise: float) -> Values:
        """Filter by ``bm3d.bm3d``."""
        return np.asarray(import_module("bm3d").bm3d(plane, self.strength * noise), np.float64)


def remark() -> str:
    """Say whether it is among the methods."""
    return PRESENT if BM3D.is_installed() else ABSENT
