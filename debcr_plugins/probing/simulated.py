"""How much noise goes, on simulated micrographs, whose truth is known exactly."""

from __future__ import annotations

import numpy as np

from debcr_core.evaluation import Values
from debcr_plugins.probing.filters import Errors
from debcr_plugins.probing.micrographs import Plane
from debcr_plugins.probing.restoring import Restore, mean, psnr
from debcr_plugins.probing.result import Part, Row
from debcr_plugins.simulation import Micrograph

COUNT, SIDE, PLANES_SEED = 12, 256, 12
KINDS = (
    *("filaments", "puncta", "membranes", "nuclei", "texture"),
    *("neurites", "synapses", "vesicles", "cells"),
)
TITLE = "Noise on simulated micrographs"
METHOD = (
    f"{COUNT} micrographs of {SIDE}×{SIDE} pixels with filaments, cells and the like, blurred, 2 "
    "to 400 photons in the brightest pixel, without read noise; those that training drew have "
    "other seeds. The filter is chosen on all other images."
)


def simulated_planes() -> list[Plane]:
    """Return simulated micrographs without noise, for where there are no real ones."""
    return [Plane(f"simulated {n}", scene) for n, scene in enumerate(scenes(PLANES_SEED, 4))]


def simulated(restore: Restore, seed: int) -> Part:
    """Measure a model and the best filter on simulated micrographs."""
    pairs = []
    rng = np.random.default_rng(seed)
    for scene in scenes(seed, COUNT):
        truth = scene * float(np.exp(rng.uniform(np.log(2), np.log(400))))
        pairs.append((rng.poisson(truth).astype(np.float64), truth))
    errors = Errors(pairs)
    filtered = [psnr(errors.best(but=n).restore(a), b) for n, (a, b) in enumerate(pairs)]
    beside = {
        "input": mean(psnr(noisy, truth) for noisy, truth in pairs),
        "best filter": mean(filtered),
    }
    value = mean(psnr(restore(noisy), truth) for noisy, truth in pairs)
    return Part(TITLE, METHOD, [Row("mean of all", "PSNR", value, "dB", None, beside)])


def scenes(seed: int, count: int, width: float | None = None) -> list[Values]:
    """Return micrographs as an ideal camera would see them, between 0 and 1.

    Their blur is of so many pixels, without light from out of focus, or drawn.
    """
    structures = {"structures": [{"kind": kind} for kind in KINDS]}
    sharp = {"kind": "gaussian", "width": (width, width), "halo_share": (0, 0)}
    micrograph = Micrograph.model_validate(structures | ({"psf": sharp} if width else {}))
    return [
        micrograph.scene((SIDE, SIDE), np.random.default_rng([seed, n])).astype(np.float64)
        for n in range(count)
    ]
