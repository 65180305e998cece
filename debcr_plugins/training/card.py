"""The card of a trained model: what the user says of it, and what the run knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debcr_core.image import pixel_size_micrometers
from debcr_core.trained import Card

if TYPE_CHECKING:
    from debcr_plugins.pairs.opening import Data
    from debcr_plugins.training.config import TrainingConfig


def card_of(config: TrainingConfig, data: Data) -> Card:
    """Return the card, without figures."""
    said = config.card.model_dump()
    sizes = [pixel_size_micrometers(pair.pair.input, "x") for pair in data.train]
    known = [size for size in sizes if size is not None]
    return Card(
        **{
            **said,
            "trained_on": said["trained_on"] or _images(config, data),
            "pixel_size": (min(known), max(known)) if known else None,
        }
    )


def _images(config: TrainingConfig, data: Data) -> str:
    """Return how many images of which kind; not where they lie, since cards are handed on."""
    count = len(data.train)
    if config.data.truth is not None:
        return f"{count} good images, degraded anew for each patch."
    kind = "pairs of images" if config.data.has_targets else "images without targets"
    return f"{count} {kind}."
