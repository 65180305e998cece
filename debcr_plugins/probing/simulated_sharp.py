"""How much blur goes, on simulated micrographs, whose truth is known exactly."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from debcr_core.evaluation import Values
from debcr_plugins.judging.baselines.richardson_lucy import RichardsonLucy
from debcr_plugins.probing.restoring import Restore, best_on_others, mean, psnr
from debcr_plugins.probing.result import Bar, Part, Row
from debcr_plugins.probing.sharper import radially_filtered
from debcr_plugins.probing.simulated import scenes

BLURS, PHOTONS, COUNT = (1.5, 3.0, 5.0), 100.0, 4  # pixels; in the brightest pixel
OWN_WIDTH = 0.7  # pixels: the truth's
TITLE = "Sharpness on simulated micrographs"
METHOD = (
    f"{COUNT} micrographs of filaments, cells and so on, blurred by a Gaussian of so many pixels "
    f"(standard deviation), {PHOTONS:g} photons in the brightest pixel. Each result passes its own "
    "best radial filter before it is compared with the unblurred truth, so that methods which ask "
    "for different sharpness are equal; that of the input is the linear oracle. Richardson–Lucy is "
    "tuned on the other micrographs."
)


def simulated_sharp(restore: Restore, seed: int) -> Part:
    """Measure a model that sharpens, on simulated micrographs of several blurs."""
    truths = [PHOTONS * scene for scene in scenes(seed, COUNT, OWN_WIDTH)]
    rows = []
    for blur in BLURS:
        rng = np.random.default_rng(seed)
        pairs = [(rng.poisson(ndimage.gaussian_filter(t, blur)).astype(float), t) for t in truths]
        oracle = mean(filtered_psnr(image, truth) for image, truth in pairs)
        value = mean(filtered_psnr(restore(image), truth) for image, truth in pairs) - oracle
        classical = mean(_richardson_lucy(pairs)) - oracle
        beside = {"Richardson–Lucy": classical, "PSNR of the oracle": oracle}
        bar = Bar(classical, "at least")
        rows.append(Row(f"blur {blur:g} pixels", "gain over the oracle", value, "dB", bar, beside))
    return Part(TITLE, METHOD, rows)


def filtered_psnr(image: Values, truth: Values) -> float:
    """Return the PSNR of an image after the radial filter that leaves the least error."""
    return psnr(radially_filtered(image, truth), truth)


def _richardson_lucy(pairs: list[tuple[Values, Values]]) -> list[float]:
    """Return the figure of each pair with the parameters that are best on all others."""
    grid = RichardsonLucy.grid()
    return best_on_others(
        np.array([[filtered_psnr(one.restore(a), b) for a, b in pairs] for one in grid])
    )
