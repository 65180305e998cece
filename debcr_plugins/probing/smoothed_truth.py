"""How much noise goes, on real micrographs: smoothed ones are the truth, photons are drawn of it.

A raw micrograph as truth would cap every method: a perfect one scores range² over mean count.
Smoothed by a Gaussian of one pixel it has next to no noise, and nothing of a finer grain than a
microscope passes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from debcr_core.evaluation import Values
from debcr_plugins.judging.baselines.baseline import Baseline
from debcr_plugins.probing.bm3d import BM3D, remark
from debcr_plugins.probing.filters import Errors, Planes
from debcr_plugins.probing.micrographs import Plane
from debcr_plugins.probing.restoring import Restore, mean, psnr
from debcr_plugins.probing.result import Bar, Part, Picture, Row

SMOOTHING, READ_NOISE = 1.0, 1.0  # pixels; electrons
GAINS = {5: 1.5, 20: 1.0, 80: 0.5, 200: 0.0}
"""What the model must gain over the best filter, in dB, by photons in the brightest pixel."""
TITLE = "Noise on real micrographs"
METHOD = (
    "Each micrograph, its darkest pixel taken for black, smoothed by a Gaussian of one pixel, is "
    "the truth; a camera collects so many photons in its brightest pixel, with a read noise of one "
    "electron. PSNR is relative to the truth's range. The filter (Gaussian, total variation, "
    "non-local means or wavelet, plain or after the generalised Anscombe transform) and its "
    "strength are chosen for each count on all other images; of a single image on itself, which "
    "gives it an advantage."
)


def smoothed_truth(planes: Sequence[Plane], restore: Restore, seed: int) -> Part:
    """Measure a model and the best filter on micrographs at several counts of photons."""
    rows, pictures = [], []
    for photons, gain in GAINS.items():
        pairs = [drawn(plane, photons, seed + n) for n, plane in enumerate(planes)]
        restored = [restore(noisy) for noisy, _ in pairs]
        model = [psnr(image, truth) for image, (_, truth) in zip(restored, pairs, strict=True)]
        filtered = best_filtered(pairs)
        rows.append(
            Row(
                f"{photons} photons",
                "gain over the best filter",
                mean(model) - mean(filtered),
                "dB",
                Bar(gain, "at least"),
                {
                    "PSNR of the input": mean(psnr(noisy, truth) for noisy, truth in pairs),
                    "of the best filter": mean(filtered),
                    "of the model": mean(model),
                },
            )
        )
        pictures.append(_picture(planes[0].name, photons, *pairs[0], restored[0]))
        if BM3D.is_installed():
            rows.append(_over_bm3d(f"{photons} photons", mean(model), pairs))
    return Part(TITLE, f"{METHOD} {remark()}", rows, pictures)


def _picture(name: str, photons: int, noisy: Values, truth: Values, restored: Values) -> Picture:
    images = {"input": noisy, "model": restored, "truth": truth}
    reached = {label: psnr(image, truth) for label, image in images.items() if image is not truth}
    words = f"{name}, {photons} photons in the brightest pixel."
    return Picture(f"photons-{photons}", words, images, reached)


def _over_bm3d(condition: str, model: float, pairs: Planes) -> Row:
    reached = mean(best_filtered(pairs, BM3D.told(READ_NOISE)))
    beside = {"of BM3D": reached}
    return Row(condition, "gain over BM3D", model - reached, "dB", Bar(0.0, "at least"), beside)


def drawn(plane: Plane, photons: float, seed: int) -> tuple[Values, Values]:
    """Return what a camera records at so many photons in the brightest pixel, and the truth.

    Both in photons, ``(y, x)``.
    """
    smooth = ndimage.gaussian_filter(plane.light, SMOOTHING)
    truth = smooth * (photons / smooth.max())
    rng = np.random.default_rng(seed)
    return rng.poisson(truth) + rng.normal(0, READ_NOISE, truth.shape), truth


def best_filtered(pairs: Planes, candidates: Sequence[Baseline] | None = None) -> list[float]:
    """Return the PSNR of each plane by the filter, out of these, that is best on all others."""
    errors = Errors(pairs, candidates)
    return [
        psnr(errors.best(but=n if len(pairs) > 1 else None).restore(noisy), truth)
        for n, (noisy, truth) in enumerate(pairs)
    ]
