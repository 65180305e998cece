"""Refuse what cannot be judged, before any work is spent on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from debcr_core.errors import UsageError
from debcr_plugins.judging.baselines import find_baseline
from debcr_plugins.judging.methods import INPUT

if TYPE_CHECKING:
    from debcr_plugins.pairs.image_pair import ImagePair


def check_pairs(pairs: Sequence[ImagePair]) -> None:
    """Refuse pairs that cannot be compared pixel by pixel.

    Raises
    ------
    UsageError
        If there are none, or an input and its target differ in dims or shape.
    """
    if not pairs:
        raise UsageError("There are no pairs of images to judge on.")
    for pair in pairs:
        if (pair.input.dims, pair.input.shape) != (pair.target.dims, pair.target.shape):
            raise UsageError(
                f"{pair.name}: the input has the shape {pair.input.shape} along "
                f"{''.join(map(str, pair.input.dims))} and the target {pair.target.shape} along "
                f"{''.join(map(str, pair.target.dims))}. Crop or resample one of them until both "
                "show the same field, pixel by pixel."
            )


def check_names(models: Iterable[str], baselines: Sequence[str]) -> None:
    """Refuse unknown baselines, nothing to judge, and two methods of one name.

    Raises
    ------
    UsageError
        As described.
    """
    for name in baselines:
        find_baseline(name)
    names = [INPUT, *baselines, *models]
    if len(names) == 1:
        raise UsageError("There is nothing to judge: name a model or a baseline.")
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f'Two methods are called "{name}": give the model another name.')
