"""Noise2Void: hide pixels, and ask for them, so that a network learns without clean targets.

Krull, Buchholz, Jug 2019, https://arxiv.org/abs/1811.10980: a hidden pixel shows the value of
another one nearby. The network cannot see its noise, and so learns to expect the signal.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from debcr_core.components import Floats
from debcr_plugins.training.data.patch_config import BlindSpots

Places = npt.NDArray[np.int64]


def hide_pixels(
    patch: Floats, config: BlindSpots, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Replace some pixels by a neighbour, in all channels alike.

    Pixels are chosen evenly: one in each box of a grid, at a random place.

    Parameters
    ----------
    patch : numpy.ndarray
        float32, ``(channel, [z,] y, x)``.
    config : BlindSpots
        How many, and from how far away they are replaced.
    rng : numpy.random.Generator
        Decides.

    Returns
    -------
    hidden, mask : numpy.ndarray
        float32, of the patch's shape: the patch to show to the network, and 1 where pixels are
        hidden, else 0. The loss compares the network's output with `patch` where the mask is 1.
    """
    shape = patch.shape[1:]
    places = _one_per_box(shape, config.share, rng)
    neighbours = _neighbours(places, shape, config.radius, rng)
    hidden, mask = patch.copy(), np.zeros_like(patch)
    hidden[:, *places] = patch[:, *neighbours]
    mask[:, *places] = 1
    return hidden, mask


def _one_per_box(shape: tuple[int, ...], share: float, rng: np.random.Generator) -> Places:
    """Return places, ``(axis, pixel)``, one in each box of ``1 / share`` pixels."""
    side = max(1, round(share ** (-1 / len(shape))))
    corners = np.indices([-(-size // side) for size in shape]).reshape(len(shape), -1) * side
    places = corners + rng.integers(side, size=corners.shape)
    # In boxes that reach beyond the patch some places do, too: each pixel stays equally likely.
    inside = (places < np.array(shape)[:, np.newaxis]).all(axis=0)
    return np.asarray(places[:, inside])


def _neighbours(
    places: Places, shape: tuple[int, ...], radius: int, rng: np.random.Generator
) -> Places:
    """Return for each place another one near it, all equally likely."""
    lowest = np.maximum(places - radius, 0)
    spans = np.minimum(places + radius + 1, np.array(shape)[:, np.newaxis]) - lowest
    number = rng.integers(spans.prod(axis=0) - 1)
    own = _number(places - lowest, spans)
    other: Places = lowest + _place(number + (number >= own), spans)
    return other


def _number(place: Places, spans: Places) -> Places:
    """Count the places of a window row by row; windows differ in size (`spans`)."""
    number: Places = np.zeros_like(place[0])
    for axis, span in zip(place, spans, strict=True):
        number = number * span + axis
    return number


def _place(number: Places, spans: Places) -> Places:
    """Undo `_number`."""
    place = np.empty_like(spans)
    for axis in reversed(range(len(spans))):
        number, place[axis] = np.divmod(number, spans[axis])
    return place
