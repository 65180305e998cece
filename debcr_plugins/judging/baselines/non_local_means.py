"""Non-local means."""

from __future__ import annotations

import numpy as np

from debcr_core.evaluation import Values
from debcr_plugins.judging.baselines.smoothing import Smoothing


class NonLocalMeans(Smoothing):
    """Averages pixels whose 5×5 surroundings look alike (Buades, Coll, Morel 2005).

    `strength` is the cut-off of the distance between surroundings.
    """

    name = "non-local-means"

    def smooth(self, plane: Values, noise: float) -> Values:
        """Filter by `skimage.restoration.denoise_nl_means`."""
        from skimage.restoration import denoise_nl_means

        return np.asarray(
            denoise_nl_means(
                plane, patch_size=5, patch_distance=6, h=self.strength * noise, sigma=noise
            )
        )
