"""Tune the baselines on planes of the validation set."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.errors import ImageError
from debcr_core.evaluation import Values
from debcr_plugins.judging.baselines import find_baseline
from debcr_plugins.judging.baselines.tuning import Planes, Tuned, tune
from debcr_plugins.judging.matching import Match, matched_values
from debcr_plugins.judging.planes import plane_of, plane_places

if TYPE_CHECKING:
    from debcr_plugins.pairs.image_pair import ImagePair

# Every candidate restores every one of these, so that more of them would cost hours.
LARGEST_COUNT = 8
LARGEST_AREA = 640 * 640  # pixels


def tune_each(
    names: Sequence[str], pairs: Sequence[ImagePair], match: Match, say: Callable[[str], None]
) -> list[Tuned]:
    """Tune each baseline on at most `LARGEST_COUNT` planes, evenly chosen from all.

    Of a large plane the centre is used, `LARGEST_AREA` pixels.

    Raises
    ------
    ImageError
        If every plane holds NaN or infinite pixels.
    """
    planes = tuning_planes(pairs) if names else []
    tuned = []
    for name in names:
        say(f"Tuning {name} (planes: {len(planes)})")
        matching = partial(matched_values, match=match)
        tuned.append(tune(find_baseline(name).grid(), planes, matching))
    return tuned


def tuning_planes(pairs: Sequence[ImagePair]) -> Planes:
    """Return planes with their truth, ``(y, x)``, float64.

    Raises
    ------
    ImageError
        As `tune_each`.
    """
    every = [(pair, place) for pair in pairs for place in plane_places(pair.target)]
    chosen = np.linspace(0, len(every) - 1, min(len(every), LARGEST_COUNT)).round().astype(int)
    planes = []
    for pair, place in (every[number] for number in chosen):
        image, target = (_centre(plane_of(one, place).values) for one in (pair.input, pair.target))
        if np.isfinite(image).all() and np.isfinite(target).all():
            planes.append((image, target))
    if not planes:
        raise ImageError("All images to tune on hold NaN or infinite pixels: replace them first.")
    return planes


def _centre(plane: Values) -> Values:
    share = min(1.0, math.sqrt(LARGEST_AREA / plane.size))
    rows, columns = (max(1, int(share * size)) for size in plane.shape)
    top, left = (
        (size - kept) // 2 for size, kept in zip(plane.shape, (rows, columns), strict=True)
    )
    return np.asarray(plane[top : top + rows, left : left + columns], np.float64)
