"""How much noise goes of real counts: a share of the photons is restored, the rest is the judge.

Photons are independent: of counts that are divided by a coin, either part is a Poisson draw of its
own. So the rest judges what was made of the other part, with noise whose variance is known: it is
taken off.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from debcr_core.errors import ImageError
from debcr_core.evaluation import Values
from debcr_plugins.judging.baselines.smoothing import Smoothing
from debcr_plugins.probing.bm3d import BM3D, remark
from debcr_plugins.probing.filters import Gaussian
from debcr_plugins.probing.micrographs import Plane
from debcr_plugins.probing.restoring import Restore, best_on_others, decibels, mean
from debcr_plugins.probing.result import Bar, Part, Row

SHARES = (0.125, 0.5)
MOST = 1e9  # photons in a pixel
TITLE = "Noise of real counts"
METHOD = (
    "Each photon of a micrograph goes to the input with the probability p, else to the rest "
    "(binomial thinning). What a method makes of the input, times (1 − p) / p, is compared with "
    "the rest, whose own noise, its sum as it is Poisson, is taken off the squared error. PSNR is "
    "relative to the brightest pixel of the smoothed rest. Widths and strengths are chosen on all "
    "other images."
)


def thinned_counts(planes: Sequence[Plane], restore: Restore, seed: int) -> Part:
    """Measure a model on thinned counts, beside a Gaussian and, where it is installed, BM3D.

    Raises
    ------
    ImageError
        If an image holds other than whole numbers.
    """
    check_counts(planes)
    rows = []
    for share in SHARES:
        pairs = [thinned(plane.pixels, share, seed + n) for n, plane in enumerate(planes)]
        model = [corrected_psnr(restore(given), rest, share) for given, rest in pairs]
        for name, grid in _rivals().items():
            filtered = mean(_filtered(pairs, share, grid))
            rows.append(
                Row(
                    f"p = {share:g}",
                    f"gain over {name}",
                    mean(model) - filtered,
                    "dB",
                    Bar(0.0, "at least"),
                    {f"PSNR of {name}": filtered, "of the model": mean(model)},
                )
            )
    return Part(TITLE, f"{METHOD} {remark()}", rows)


def _rivals() -> dict[str, Sequence[Smoothing]]:
    """Return the strengths of each filter that is tried, by name."""
    gaussian = [one for one in Gaussian.grid() if not one.stabilise]
    return {"a Gaussian": gaussian} | ({"BM3D": BM3D.told(0.0)} if BM3D.is_installed() else {})


def check_counts(planes: Sequence[Plane]) -> None:
    """Refuse planes of other than whole numbers.

    Raises
    ------
    ImageError
        If there is one.
    """
    for plane in planes:
        if plane.pixels.max() > MOST:
            raise ImageError(
                f"{plane.name} holds numbers up to {plane.pixels.max():.3g}: so many photons no "
                "pixel collects. Give images as a photon counter wrote them."
            )
        if (plane.pixels % 1).any():
            raise ImageError(
                f"{plane.name} holds numbers that are no whole ones, so no counts to be divided: "
                "give images as a photon counter wrote them, or leave this measure out."
            )


def thinned(counts: Values, share: float, seed: int) -> tuple[Values, Values]:
    """Divide counts: return a share of them, drawn photon by photon, and the rest."""
    rng = np.random.default_rng(seed)
    given = rng.binomial(counts.astype(np.int64), share).astype(np.float64)
    return given, counts - given


def corrected_psnr(restored: Values, rest: Values, share: float) -> float:
    """Return the PSNR of what was made of a share, without the noise of the rest."""
    error = float(np.mean((restored * (1 - share) / share - rest) ** 2) - rest.mean())
    peak = float(ndimage.gaussian_filter(rest, 1.0).max())
    return decibels(error, peak)


def _filtered(
    pairs: Sequence[tuple[Values, Values]], share: float, grid: Sequence[Smoothing]
) -> list[float]:
    """Return the PSNR of each by the filter that is best on all others."""
    return best_on_others(
        np.array([[corrected_psnr(one.restore(g), r, share) for g, r in pairs] for one in grid])
    )
