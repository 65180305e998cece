"""How far a target is shifted against its input, where that can be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from debcr_core.components import Array
from debcr_plugins.pairs.image_pair import ImagePair

if TYPE_CHECKING:
    import xarray as xr

Shift = tuple[float, float]

LARGEST_CROP, SMALLEST_CROP = 512, 64
STEPS_PER_PIXEL = 10
AGREEMENT = 1.0
AGREEING = 3


def estimated_shift(pair: ImagePair) -> Shift | None:
    """Estimate by how many pixels the target lies below and to the right of the input.

    By the peak of the cross-correlation (`skimage.registration.phase_cross_correlation`,
    https://doi.org/10.1364/OL.33.000156) in each quarter of a central crop of the middle plane.
    Noise and empty areas give peaks anywhere, so a shift counts only where three quarters of
    four agree to a pixel.

    Returns
    -------
    (float, float) or None
        Shift along y and x, to a tenth of a pixel; None where it cannot be told.
    """
    first, second = _central_crop(pair.input), _central_crop(pair.target)
    if min(first.shape) < SMALLEST_CROP:
        return None
    shifts = np.array(
        [
            _peak(one, other)
            for one, other in zip(_quarters(first), _quarters(second), strict=True)
            if np.ptp(one) > 0 and np.ptp(other) > 0
        ]
    )
    if len(shifts) < AGREEING:
        return None
    middle = np.median(shifts, axis=0)
    agreeing = shifts[np.abs(shifts - middle).max(axis=1) <= AGREEMENT]
    if len(agreeing) < AGREEING:
        return None
    down, right = agreeing.mean(axis=0).round(1).tolist()
    return down, right


def _central_crop(image: xr.DataArray) -> Array:
    """Return the middle of the middle plane, float64, axes ``y, x``."""
    place: dict[str, int | slice] = {}
    for dim, size in image.sizes.items():
        margin = max(0, size - LARGEST_CROP) // 2
        place[str(dim)] = slice(margin, size - margin) if dim in ("y", "x") else size // 2
    return np.asarray(image.isel(place).data, np.float64)


def _quarters(plane: Array) -> list[Array]:
    return [part for half in np.array_split(plane, 2, 0) for part in np.array_split(half, 2, 1)]


def _peak(one: Array, other: Array) -> npt.NDArray[np.float64]:
    """Return where the cross-correlation of two planes peaks."""
    from skimage.filters import window
    from skimage.registration import phase_cross_correlation

    # Towards the borders both are faded out, or the borders themselves would correlate.
    fade = window("hann", one.shape)
    faded = [(plane - plane.mean()) * fade for plane in (one, other)]
    shift, _, _ = phase_cross_correlation(
        *faded, upsample_factor=STEPS_PER_PIXEL, normalization=None
    )
    return -np.asarray(shift, np.float64)
