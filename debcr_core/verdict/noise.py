"""The noise of a window: how much there is, and whether neighbouring pixels share it."""

from __future__ import annotations

import numpy as np

from debcr_core.noise_estimates import noise_by_brightness
from debcr_core.verdict.window import Window, blocks

BRIGHT = 4
"""Groups of the brightest pixels, where photons tell most."""
FEWEST = 1000
"""Pixels that an estimate of the noise needs."""
COUNTS = 4.0
"""Counts above the background that photons would give a larger variance than `ROUNDING`."""
ROUNDING = 0.15
"""Variance of whole numbers up to which it is hardly more than that of rounding, 1/12."""
EXACT = 1e-7
"""Share of the brightness that differences have by the rounding of real numbers."""
DRAWN = 0.5
"""Share of the pixels on anything that equal all their neighbours, in drawings and masks."""
BLOCK = 16
"""Side of a block in which noise of two scales is compared, pixels."""
FEWEST_BLOCKS = 16
LEAST_STRUCTURE = 0.2
"""Quantile of the blocks: structure is in some of them, a filter has been over all."""
SHARED = 1.5
"""How many times as strong coarse noise is as fine noise, in these; 0.84 where pixels are raw."""


def photons(window: Window) -> float | None:
    """Return how many photons at the image's full contrast would leave the noise that there is.

    Read noise, fine structure and a bright background make them fewer.

    Returns
    -------
    float or None
        Infinite without any noise; None where too little can be measured.
    """
    usable = ~window.flat & ~window.filled
    if np.count_nonzero(usable) < FEWEST:
        return None
    brightness = window.brightness[usable]
    mean, noise = noise_by_brightness(brightness, window.fine[usable])
    low, high = np.quantile(brightness, [0.001, 0.999])
    if high == low:
        return None
    signal, variance = mean[-BRIGHT:] - mean[0], noise[-BRIGHT:] ** 2
    rounded = (signal > COUNTS) & (variance < ROUNDING)
    if window.whole and np.count_nonzero(rounded) >= BRIGHT / 2:
        return np.inf
    noisy = variance > (EXACT * max(abs(low), abs(high))) ** 2
    if not noisy.any():
        return np.inf
    return float(np.median((signal * (high - low))[noisy] / variance[noisy]))


def is_drawn(window: Window) -> bool:
    """Say whether areas of one value make up the window: a mask, labels, a drawing."""
    values, counts = np.unique(window.pixels, return_counts=True)
    content = (window.pixels != values[counts.argmax()]) & ~window.fill
    return bool(content.any() and window.flat[content].mean() > DRAWN)


def is_shared(window: Window) -> bool | None:
    """Say whether neighbouring pixels share their noise; None where too little can be measured."""
    usable = blocks(~window.flat & ~window.filled, BLOCK).mean(axis=1) > 0.5
    if np.count_nonzero(usable) < FEWEST_BLOCKS:
        return None
    return coarseness(window, usable) > SHARED


def coarseness(window: Window, usable: np.ndarray | None = None) -> float:
    """Return how many times as strong coarse noise is as fine noise, where structure is least."""
    fine, coarse = (blocks(r**2, BLOCK).mean(axis=1) for r in (window.fine, window.coarse))
    kept = fine > 0 if usable is None else usable & (fine > 0)
    if not kept.any():
        return np.inf
    return float(np.quantile(coarse[kept] / fine[kept], LEAST_STRUCTURE))
