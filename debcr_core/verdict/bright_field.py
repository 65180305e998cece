"""Dark objects before a bright background, as where light passes through a specimen."""

from __future__ import annotations

import numpy as np

from debcr_core.evaluation import Values
from debcr_core.noise_estimates import noise_by_brightness, photon_line
from debcr_core.verdict.fill import Mask
from debcr_core.verdict.window import Window, blocks

BLOCK = 16
"""Side of a block that may be background, pixels."""
FEWEST_BLOCKS = 64
FLATTEST = 0.25
"""Share of the blocks that are background, at least."""
HIGH = 0.3
"""Where in the range of brightness a background is bright."""
TOP = 0.78
"""Where it is so bright that objects can only be dark."""
DARKER = 3.0
"""How many times its own spread something is darker than the background to be an object."""
OBJECTS = 0.005
"""Share of the pixels that such objects have, at least."""
TRANSPARENT = 0.25
"""Light that the darkest objects let pass; cells full of dye have nuclei that are black."""


def is_bright_field(window: Window) -> bool | None:
    """Say so; None where too little can be measured."""
    usable = ~window.empty
    kept = blocks(usable, BLOCK).mean(axis=1) > 0.5
    if np.count_nonzero(kept) < FEWEST_BLOCKS:
        return None
    means, spreads = (f(blocks(window.brightness, BLOCK)[kept], axis=1) for f in (np.mean, np.std))
    flattest = spreads <= np.quantile(spreads, FLATTEST)
    background = float(np.median(means[flattest]))
    uneven = float(np.median(np.abs(means[flattest] - background)))
    darker = background - DARKER * (float(np.median(spreads[flattest])) + 1.5 * uneven)
    brightness = window.brightness[usable]
    if (brightness < darker).mean() < OBJECTS:
        return False
    low, high = np.quantile(brightness, [0.002, 0.998])
    height = (background - low) / (high - low)
    black = min(_black(window, usable, brightness), low)
    light = (low - black) / max(background - black, 1e-12)
    return bool(height > TOP or (height > HIGH and light > TRANSPARENT))


def _black(window: Window, usable: Mask, brightness: Values) -> float:
    """Return the intensity without light, as photon noise tells it; else zero."""
    line = photon_line(*noise_by_brightness(brightness, window.fine[usable]))
    lowest = min(0.0, float(window.pixels.min()))
    return lowest if line is None else max(-line[1] / line[0], lowest)
