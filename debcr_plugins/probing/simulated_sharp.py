"""How much blur goes, on simulated micrographs, whose truth is known exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from debcr_core.evaluation import Values
from debcr_plugins.judging.baselines.richardson_lucy import RichardsonLucy
from debcr_plugins.probing.restoring import Restore, chosen_on_others, mean, psnr
from debcr_plugins.probing.result import Bar, Part, Picture, Row
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
    measured = [_at(blur, truths, restore, seed) for blur in BLURS]
    return Part(TITLE, METHOD, [row for row, _ in measured], [picture for _, picture in measured])


def _at(blur: float, truths: Sequence[Values], restore: Restore, seed: int) -> tuple[Row, Picture]:
    """Measure at one blur; the picture shows the first micrograph."""
    rng = np.random.default_rng(seed)
    blurred = [rng.poisson(ndimage.gaussian_filter(t, blur)).astype(float) for t in truths]
    results = {
        "input": blurred,
        "Richardson–Lucy": _richardson_lucy(blurred, truths),
        "model": [restore(image) for image in blurred],
    }
    reached = {
        name: [filtered_psnr(image, truth) for image, truth in zip(images, truths, strict=True)]
        for name, images in results.items()
    }
    oracle, classical, own = (mean(values) for values in reached.values())
    beside = {"Richardson–Lucy": classical - oracle, "PSNR of the oracle": oracle}
    bar = Bar(classical - oracle, "at least")
    row = Row(f"blur {blur:g} pixels", "gain over the oracle", own - oracle, "dB", bar, beside)
    picture = Picture(
        f"blur-{blur:g}",
        f"Blur of {blur:g} pixels, the first micrograph; PSNR after each one's own filter.",
        {**{name: images[0] for name, images in results.items()}, "truth": truths[0]},
        {name: values[0] for name, values in reached.items()},
    )
    return row, picture


def filtered_psnr(image: Values, truth: Values) -> float:
    """Return the PSNR of an image after the radial filter that leaves the least error."""
    return psnr(radially_filtered(image, truth), truth)


def _richardson_lucy(blurred: Sequence[Values], truths: Sequence[Values]) -> list[Values]:
    """Return each image with the parameters that are best on all others."""
    grid = RichardsonLucy.grid()
    scores = np.array(
        [
            [filtered_psnr(one.restore(a), b) for a, b in zip(blurred, truths, strict=True)]
            for one in grid
        ]
    )
    chosen = chosen_on_others(scores)
    return [grid[number].restore(image) for number, image in zip(chosen, blurred, strict=True)]
