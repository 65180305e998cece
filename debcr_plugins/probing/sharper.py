"""How much blur goes, on pairs of a blurred and a sharp micrograph, such as confocal and STED.

PSNR against one noisy image hardly rewards more than the best linear filter brings: so beside it
stands that filter, fitted to the very pair, and what is left when each result has passed its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy import fft

from debcr_core.evaluation import Values
from debcr_core.noise_estimates import noise_level
from debcr_plugins.judging.baselines.richardson_lucy import RichardsonLucy
from debcr_plugins.judging.matching import matched_values
from debcr_plugins.judging.planes import plane_name, plane_of, plane_places
from debcr_plugins.metrics.fourier_rings import ring_numbers
from debcr_plugins.probing.micrographs import middle
from debcr_plugins.probing.restoring import Restore, best_on_others, decibels
from debcr_plugins.probing.result import Bar, Part, Row

if TYPE_CHECKING:
    from debcr_plugins.pairs.image_pair import ImagePair

ALLOWANCE = 0.1  # dB
TITLE = "Sharpness on real pairs"
METHOD = (
    "Results are brought to the target's scale and offset by least squares; the target's own "
    "noise, as estimated in it, is taken off the squared error. *Linear oracle*: the input after "
    "the radial filter that leaves the least error on this very pair, which no method without "
    "nonlinear knowledge surpasses. *After its filter*: the model's result after its own such "
    "filter. Richardson–Lucy is tuned on all other pairs."
)


def sharper(pairs: Sequence[ImagePair], restore: Restore) -> Part:
    """Measure a model that sharpens, on pairs."""
    found = [(name, middle(a), middle(b)) for pair in pairs for name, a, b in _planes(pair)]
    grid = RichardsonLucy.grid()
    scores = np.array([[matched_psnr(one.restore(a), b) for _, a, b in found] for one in grid])
    rows: list[Row] = []
    for (name, blurred, target), classical in zip(found, best_on_others(scores), strict=True):
        restored = restore(blurred)
        oracle = matched_psnr(radially_filtered(blurred, target), target)
        own = matched_psnr(restored, target)
        beside = {
            "input": matched_psnr(blurred, target),
            "Richardson–Lucy": classical,
            "linear oracle": oracle,
        }
        floor = max(classical, oracle - ALLOWANCE)
        rows.append(Row(name, "PSNR", own, "dB", Bar(floor, "at least"), beside))
        left = matched_psnr(radially_filtered(restored, target), target) - oracle
        rows.append(Row(name, "after its filter, over the oracle", left, "dB"))
        below = float(max(blurred.min() - restored.min(), 0) / np.ptp(restored))
        rows.append(Row(name, "below camera zero", below, "of the range", Bar(0, "at most")))
    return Part(TITLE, METHOD, rows)


def _planes(pair: ImagePair) -> list[tuple[str, Values, Values]]:
    image, target = pair.input.compute(), pair.target.compute()
    return [
        (
            plane_name(pair.name, target, place),
            np.asarray(plane_of(image, place).values, np.float64),
            np.asarray(plane_of(target, place).values, np.float64),
        )
        for place in plane_places(target)
    ]


def matched_psnr(image: Values, target: Values) -> float:
    """Return the PSNR of an image that was matched to its target, without the target's noise."""
    error = float(np.mean((matched_values(image, target, "affine") - target) ** 2))
    return decibels(error - noise_level(target) ** 2, float(np.ptp(target)))


def radially_filtered(image: Values, target: Values) -> Values:
    """Return an image after the radial filter that leaves the least squared error to its target."""
    given, wanted = fft.fft2(image - image.mean()), fft.fft2(target - target.mean())
    # The samples in no ring, in the corners, are filtered as one.
    rings, _ = ring_numbers(image.shape, (1.0, 1.0))
    power = np.bincount(rings.ravel(), (np.abs(given) ** 2).ravel())
    shared = np.bincount(rings.ravel(), (given.conj() * wanted).real.ravel())
    gain = np.divide(shared, power, out=np.zeros_like(shared), where=power > 0)
    return np.asarray(fft.ifft2(given * gain[rings]).real + target.mean(), np.float64)
