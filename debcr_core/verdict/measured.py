"""What is found in one channel's pixels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np

from debcr_core.stopping import check_heeded
from debcr_core.trained import Card
from debcr_core.verdict.bright_field import is_bright_field
from debcr_core.verdict.finding import Finding
from debcr_core.verdict.noise import is_drawn, is_shared, photons
from debcr_core.verdict.repeated_pixels import is_compressed, repeated_side
from debcr_core.verdict.saturation import saturated_share
from debcr_core.verdict.window import Window

Measured = TypeVar("Measured")

AS_GOOD_AS_NONE = 10_000.0
"""Photons that leave so little noise that there is nothing to remove."""
BEYOND_TRAINED = 20.0
"""How many times as many photons as the training images' are as good as none of their noise."""

BRIGHT_FIELD = (
    "It shows dark objects before a bright background, as bright field does, where the model "
    "expects bright objects before a dark one. Check the result."
)
FILTERED = (
    "Neighbouring pixels share their noise: the image was filtered, interpolated, reconstructed or "
    "compressed, and the model expects noise that differs from pixel to pixel. Give the raw image."
)
NOISELESS = (
    "There is hardly any noise in it: it is sharp, averaged, drawn or denoised already, and the "
    "model may take detail away. Give the raw image."
)


def photons_of(windows: list[Window]) -> float | None:
    """Return the median of what the windows tell (see `Verdict.photons`)."""
    told = [found for found in _each(photons, windows) if found is not None]
    return float(np.median(told)) if told else None


def findings_of(windows: list[Window], card: Card, noise: float | None) -> Iterator[Finding]:
    """Yield what is found in a channel, whatever the card covers.

    Parameters
    ----------
    windows : list of Window
        Parts of the channel.
    card : Card
        Tells how little noise is as good as none.
    noise : float or None
        What `photons_of` tells of the windows.
    """
    side = _commonest(_each(repeated_side, windows))
    if side is None and _mostly(windows, is_drawn):
        yield Finding("noise-free", NOISELESS)
        return
    if side is not None:
        yield Finding("repeated-pixels", _repeated(side))
    elif (noise or 0) > _as_good_as_none(card):
        yield Finding("noise-free", NOISELESS)
    elif _mostly(windows, is_shared) or _mostly(windows, is_compressed):
        yield Finding("filtered", FILTERED)
    share = saturated_share(windows)
    if share:
        # What is saturated looks like a bright background.
        yield Finding("saturated", _saturated(share))
    elif _mostly(windows, is_bright_field):
        yield Finding("bright-field", BRIGHT_FIELD)


def _as_good_as_none(card: Card) -> float:
    return AS_GOOD_AS_NONE if card.photons is None else BEYOND_TRAINED * card.photons[1]


def _mostly(windows: list[Window], found: Callable[[Window], bool | None]) -> bool:
    """Say whether something is found in most of the windows in which it can be told."""
    told = [each for each in _each(found, windows) if each is not None]
    return sum(told) > len(told) / 2


def _each(measure: Callable[[Window], Measured], windows: list[Window]) -> Iterator[Measured]:
    """Measure one window after the other, while nobody asks to stop."""
    for window in windows:
        check_heeded()
        yield measure(window)


def _commonest(sides: Iterator[int | None]) -> int | None:
    (side, _), *_ = Counter(sides).most_common(1)
    return side


def _repeated(side: int) -> str:
    return (
        f"Each pixel of the camera stands in it as {side}×{side} equal ones, while the model "
        f"expects noise that differs from pixel to pixel. Give it at its own size, 1/{side} of "
        "this one, or the raw image."
    )


def _saturated(share: float) -> str:
    return (
        f"{share:.2%} of the pixels have the largest value, since the detector counts no further: "
        "what was brighter cannot be restored. Give an image of a shorter exposure."
    )
