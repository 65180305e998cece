"""Whether fine texture survives: pictures of grass, text and brick with a little noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from debcr_plugins.probing.micrographs import middle
from debcr_plugins.probing.restoring import Restore, psnr
from debcr_plugins.probing.result import Part, Row

if TYPE_CHECKING:
    from debcr_core.evaluation import Values

KINDS = ("grass", "text", "brick")
NOISES = (0.02, 0.05)
SIDE = 172  # the text's height; the least of the three
TITLE = "Fine texture"
METHOD = (
    "The middle of scikit-image's pictures grass, text and brick, between 0 and 1, with Gaussian "
    "noise. Reported, without a bar: a model of fluorescence does not know such texture, and its "
    "card excludes it."
)


def texture(restore: Restore, seed: int) -> Part:
    """Measure a model on pictures of three textures, with two strengths of noise."""
    rows = []
    for kind in KINDS:
        truth = picture(kind)
        for noise in NOISES:
            noisy = truth + np.random.default_rng(seed).normal(0, noise, truth.shape)
            beside = {"input": psnr(noisy, truth)}
            value = psnr(restore(noisy), truth)
            rows.append(Row(f"{kind}, noise {noise:.0%}", "PSNR", value, "dB", None, beside))
    return Part(TITLE, METHOD, rows)


def picture(kind: str) -> Values:
    """Return the middle of a picture that scikit-image brings along, between 0 and 1."""
    from skimage import data

    image = middle(np.asarray(getattr(data, kind)(), np.float64), SIDE)
    return np.asarray((image - image.min()) / np.ptp(image))
