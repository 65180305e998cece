"""Wavelet shrinkage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from pydantic import Field

from debcr_core.evaluation import Values
from debcr_plugins.judging.baselines.smoothing import Smoothing

WAVELET = "sym4"
SHIFTS = 3  # pixels: averaged over shifts, blocks of the wavelet do not show


class Wavelet(Smoothing):
    """Shrinks wavelet coefficients towards zero, averaged over 16 shifts of the image.

    `strength` scales the noise that the thresholds assume.
    """

    name = "wavelet"
    strengths = (0.3, 0.6, 1.0, 1.5, 2.2, 3.3)

    threshold: Literal["BayesShrink", "VisuShrink"] = Field(
        "BayesShrink",
        description="One threshold for each band (Chang, Yu, Vetterli 2000), or the same for all "
        "(Donoho, Johnstone 1994).",
    )

    @classmethod
    def grid(cls) -> Sequence[Self]:
        """Return every strength with either threshold, stabilised and not."""
        thresholds: tuple[Literal["BayesShrink", "VisuShrink"], ...] = ("BayesShrink", "VisuShrink")
        return [
            cls(strength=base.strength, stabilise=base.stabilise, threshold=threshold)
            for base in super().grid()
            for threshold in thresholds
        ]

    def smooth(self, plane: Values, noise: float) -> Values:
        """Filter by `skimage.restoration.denoise_wavelet` at each shift."""
        from skimage.restoration import cycle_spin, denoise_wavelet

        options = {
            "sigma": self.strength * noise,
            "method": self.threshold,
            "wavelet": WAVELET,
            "rescale_sigma": False,
        }
        return np.asarray(cycle_spin(plane, denoise_wavelet, SHIFTS, func_kw=options))
