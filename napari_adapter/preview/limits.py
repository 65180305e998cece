"""Contrast limits for a result of which only a part is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.component import Floats
from debcr_core.flow.contrast import Stretch

if TYPE_CHECKING:
    from debcr_core.flow.plan import Plan

Limits = tuple[float, float]


def limits_of(plan: Plan, channel: int, pixels: Floats) -> Limits | None:
    """Return the limits for a channel of the result; None for those of the input.

    They do not change as more of the result comes.

    Parameters
    ----------
    plan : Plan
        Of the whole image.
    channel : int
        Of the result.
    pixels : numpy.ndarray
        What is there, NaN elsewhere; not all of it.
    """
    kinds = plan.network.signature.kinds
    kind = kinds[channel % len(kinds)]
    if plan.stretch is None and kind == "intensity":
        return None
    if kind == "probability":
        return 0.0, 1.0
    if plan.stretch is not None:
        return 0.0, _top(plan.stretch)
    low, high = float(np.nanmin(pixels)), float(np.nanmax(pixels))
    return low, high if high > low else low + 1


def _top(stretch: Stretch | np.dtype[Any]) -> float:
    if isinstance(stretch, Stretch):
        return stretch.top
    return float(np.iinfo(stretch).max) if stretch.kind in "iu" else 1.0
