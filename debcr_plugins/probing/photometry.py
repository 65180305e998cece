"""Whether intensities still mean what they meant: scale, totals, spots, ratios, far pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from debcr_core.evaluation import Values
from debcr_plugins.probing.micrographs import Plane
from debcr_plugins.probing.restoring import Restore, mean
from debcr_plugins.probing.result import Bar, Part, Row
from debcr_plugins.probing.smoothed_truth import drawn

TITLE = "Photometry"
METHOD = (
    "*Scale and offset*: the image times 3.7, plus 110, and what the model makes of it, mapped "
    "back: the largest difference, as a share of the range. *Total*: the sum of what was restored "
    "of each micrograph at 20 photons, beside the truth's; the one that is farthest off "
    "counts. *Reach*: a square of 12×12 pixels, 20 times as bright as anything else, is put into a "
    "corner; by how much, in standard deviations of the noise, pixels change that lie farther from "
    "it than half of the image. *Flux*: single spots of so many photons (Gaussian, standard "
    "deviation 1.5 pixels) on 2 photons of background, summed within 6 pixels less the median "
    "around. *Ratio*: two images of one structure, the second a quarter as bright; the ratio of "
    "their bright quarter of pixels."
)
GAIN, OFFSET = 3.7, 110.0
SPOTS = (20, 60, 200, 600, 2000)
SIDE, STEP, WIDTH, RADIUS, BACKGROUND = 320, 40, 1.5, 6, 2.0


def photometry(planes: Sequence[Plane], restore: Restore, total: float, seed: int) -> Part:
    """Measure how a model treats intensities.

    Parameters
    ----------
    planes : sequence of Plane
        Micrographs, real or simulated.
    restore : callable
        The model.
    total : float
        By which share the total may be off.
    seed : int
        Of the noise.
    """
    pairs = [drawn(plane, 20, seed + n) for n, plane in enumerate(planes)]
    rows = [
        _scale(pairs[0][0], restore),
        _total(pairs, restore, total),
        _reach(restore, seed),
        *(_flux(photons, restore, seed) for photons in SPOTS),
        _ratio(planes[0], restore, seed),
    ]
    return Part(TITLE, METHOD, rows)


def _scale(noisy: Values, restore: Restore) -> Row:
    one, other = restore(noisy), (restore(GAIN * noisy + OFFSET) - OFFSET) / GAIN
    off = float(np.abs(one - other).max() / np.ptp(one))
    return Row("scale and offset", "largest change", off, "of the range", Bar(1e-4, "at most"))


def _total(pairs: Sequence[tuple[Values, Values]], restore: Restore, most: float) -> Row:
    shares = [restore(noisy).sum() / truth.sum() - 1 for noisy, truth in pairs]
    worst = float(max(shares, key=abs))
    beside = {"mean": mean(shares), "of the input": mean(n.sum() / t.sum() - 1 for n, t in pairs)}
    return Row("total", "off by", abs(worst), "of the truth", Bar(most, "at most"), beside)


def _reach(restore: Restore, seed: int) -> Row:
    rng = np.random.default_rng(seed)
    dim = rng.poisson(np.full((SIDE, SIDE), 20.0)).astype(np.float64)
    lit = dim.copy()
    lit[:12, :12] += 20 * dim.max()
    far = np.s_[SIDE // 2 :, SIDE // 2 :]
    moved = float(np.abs(restore(lit)[far] - restore(dim)[far]).max() / np.sqrt(20.0))
    return Row("a bright square far away", "largest change", moved, "σ", Bar(0.1, "at most"))


def _flux(photons: float, restore: Restore, seed: int) -> Row:
    shares = spot_fluxes(photons, restore, seed) / photons
    beside = {"lowest": float(shares.min()), "highest": float(shares.max())}
    return Row(f"spots of {photons} photons", "flux", mean(shares), "of the truth", None, beside)


def spot_fluxes(photons: float, restore: Restore, seed: int) -> Values:
    """Return what is found of each of 49 spots after restoring, in photons."""
    places = np.arange(STEP, SIDE - STEP + 1, STEP)
    y, x = np.mgrid[:SIDE, :SIDE]
    truth = np.full((SIDE, SIDE), BACKGROUND)
    for row in places:
        for column in places:
            apart = (y - row) ** 2 + (x - column) ** 2
            truth += photons / (2 * np.pi * WIDTH**2) * np.exp(-apart / (2 * WIDTH**2))
    restored = restore(np.random.default_rng(seed).poisson(truth).astype(np.float64))
    found = []
    for row in places:
        for column in places:
            apart = np.hypot(y - row, x - column)
            around = np.median(restored[(apart > 1.5 * RADIUS) & (apart < 3 * RADIUS)])
            found.append(float((restored[apart <= RADIUS] - around).sum()))
    return np.array(found)


def _ratio(plane: Plane, restore: Restore, seed: int) -> Row:
    bright, truth = drawn(plane, 200, seed)
    dim, _ = drawn(plane, 50, seed + 1)
    where = truth >= np.quantile(truth, 0.75)
    value = float(restore(dim)[where].sum() / restore(bright)[where].sum())
    return Row("two channels, 1 to 4", "ratio", value, "", None, {"truth": 0.25})
