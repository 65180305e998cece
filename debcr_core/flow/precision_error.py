"""What computing in fewer bits costs, measured before any image is restored by it."""

from __future__ import annotations

import numpy as np

from debcr_core.components import Array, Floats, Precision, Predictor
from debcr_core.notices import say
from debcr_core.signature import Signature
from debcr_core.stopping import Stop

SIDES = {1: 4096, 2: 256, 3: 48}
"""Side of what is computed, by number of axes."""
GRAIN = 16
"""Pixels over which the image's larger structures extend."""


def probe(seen: Signature, times: int = 1) -> Floats:
    """Return an image on a network's scale, 0 to 1: soft structures under noise.

    Parameters
    ----------
    seen : Signature
        The network's.
    times : int
        So many times as long along each axis.

    Returns
    -------
    numpy.ndarray
        float32 ``(1, channel, [z,] y, x)``, of a size that the network accepts.
    """
    side = times * SIDES.get(len(seen.stride), min(SIDES.values()))
    sizes = seen.sizes_up_to(side)
    waves = [np.sin(np.arange(size) * (2 * np.pi / GRAIN)) for size in sizes]
    soft = np.prod(np.meshgrid(*waves, indexing="ij"), axis=0) / 4 + 0.4
    noise = np.random.default_rng(0).normal(0, 0.08, (1, seen.channels_in, *sizes))
    block: Floats = np.clip(soft + noise, 0, 1).astype(np.float32)
    return block


def differences(found: Array, wanted: Array) -> Array:
    """Return by how much pixels differ from the wanted ones, as a share of the range of these."""
    apart: Array = np.abs(found - wanted) / (float(np.ptp(wanted)) or 1.0)
    return apart


def say_error(
    exact: Predictor, other: Predictor, precision: Precision, seen: Signature, stop: Stop
) -> None:
    """Say how far a network in that precision is from the one in float32, on a `probe`.

    Warns
    -----
    DebcrWarning
        Always.
    """
    block = probe(seen)
    wanted, found = (np.asarray(each.compute(block, stop)) for each in (exact, other))
    apart = differences(found, wanted)
    say(
        f"Computed in {precision}, pixels differ from those in float32 by {apart.mean():.1g} of "
        f"their range on average, and by up to {apart.max():.1g} (of a test image).",
        kind="precision",
    )
