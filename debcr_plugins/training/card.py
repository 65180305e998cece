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
    place = config.data.input or config.data.npz or config.data.truth
    return Card(
        **{
            **said,
            "trained_on": said["trained_on"] or f"{len(data.train)} images of {place}.",
            "pixel_size": (min(known), max(known)) if known else None,
        }
    )
