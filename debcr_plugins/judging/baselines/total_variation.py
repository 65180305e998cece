"""Total variation."""

from __future__ import annotations

import numpy as np

from debcr_core.evaluation import Values
from debcr_plugins.judging.baselines.smoothing import Smoothing


class TotalVariation(Smoothing):
    """Makes the image flat in patches (Rudin, Osher, Fatemi 1992; Chambolle 2004).

    `strength` is the weight of the total variation.
    """

    name = "total-variation"

    def smooth(self, plane: Values, noise: float) -> Values:
        """Filter by `skimage.restoration.denoise_tv_chambolle`.

        Its default stop, well before convergence, leaves less error than converged results.
        """
        from skimage.restoration import denoise_tv_chambolle

        return np.asarray(denoise_tv_chambolle(plane, self.strength * noise))
