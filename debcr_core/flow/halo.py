"""How far a network looks: the margin that tiles need so that they join without a seam."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from debcr_core.components import Floats
from debcr_core.notices import say
from debcr_core.signature import Signature

# Sides of the image that is probed, by number of axes; the larger ones where the halo needs them.
PROBE_SIDES = {1: (1024, 4096), 2: (256, 512, 1024), 3: (48, 96)}
NEGLIGIBLE = 1e-3

Predict = Callable[[Floats], Floats]


def measure_halo(name: str, signature: Signature, predict: Predict) -> tuple[int, ...]:
    """Measure how far a change of one pixel spreads in the network's output.

    One pixel in the middle of uniform noise is changed; the halo reaches to the farthest output
    that differs by more than a thousandth of the largest difference.

    Parameters
    ----------
    name : str
        The network's.
    signature : Signature
        Gives the sizes and channels that the network accepts.
    predict : callable
        The network with its weights.

    Returns
    -------
    tuple of int
        Pixels per spatial axis.

    Warns
    -----
    DebcrWarning
        If the network looks farther than the largest image that is probed.
    """
    if signature.fixed_size is not None:
        spread = _spread(signature, predict, signature.fixed_size)
        return tuple(min(far, size // 4) for far, size in spread)
    for side in PROBE_SIDES[len(signature.stride)]:
        sizes = signature.sizes_up_to(side)
        found = _spread(signature, predict, sizes)
        # A change that has not reached the border is seen whole.
        if all(far < size // 2 - 1 for far, size in found):
            return tuple(far for far, _ in found)
    say(
        f'The model "{name}" looks farther than {side // 2} pixels, so its tiles may show seams.',
        kind="seams",
        advice="Blend them: --tiler overlap-grid --blender hann.",
    )
    return tuple(size // 8 for _, size in found)


def _spread(
    signature: Signature, predict: Predict, sizes: tuple[int, ...]
) -> list[tuple[int, int]]:
    """Return, per axis, how far the change of the middle pixel is seen, and the image's size."""
    shape = (1, signature.channels_in, *sizes)
    before: Floats = np.random.default_rng(0).random(shape, dtype=np.float32)
    after = before.copy()
    centre = tuple(size // 2 for size in sizes)
    middle: Any = (0, slice(None), *centre)
    after[middle] += 1.0
    change = np.abs(predict(after) - predict(before))[0].max(axis=0)
    seen = np.argwhere(change > NEGLIGIBLE * change.max())
    farthest = np.abs(seen - centre).max(axis=0) if len(seen) else np.zeros(len(sizes), int)
    return [(int(far), size) for far, size in zip(farthest, sizes, strict=True)]
