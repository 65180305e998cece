"""The card of a trained model: what the user says of it, and what the run knows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from debcr_core.image import pixel_size_micrometers
from debcr_core.trained import BEYOND, Card
from debcr_core.verdict.fitting import fit_verdict

if TYPE_CHECKING:
    from debcr_plugins.pairs.normalized import NormalizedPair
    from debcr_plugins.pairs.opening import Data
    from debcr_plugins.training.config import TrainingConfig

LOOKED_AT = 12
"""Training images that are measured, or up to twice as many."""
COMMON = 0.15
"""Share of them that are of a kind which the model then covers."""


def card_of(config: TrainingConfig, data: Data) -> Card:
    """Return the card, without figures."""
    said = config.card.model_dump()
    sizes = [pixel_size_micrometers(pair.pair.input, "x") for pair in data.train]
    known = [size for size in sizes if size is not None]
    return Card(
        **{
            **said,
            "trained_on": said["trained_on"] or _images(config, data),
            "photons": config.degrade and tuple(config.degrade.photons),
            "pixel_size": (min(known), max(known)) if known else None,
            # Images to be degraded anew are good ones; those for validation are degraded already.
            "covers": _covered(data.validation if config.degrade else data.train),
        }
    )


def _images(config: TrainingConfig, data: Data) -> str:
    """Return how many images of which kind; not where they lie, since cards are handed on."""
    count = len(data.train)
    if config.data.truth is not None:
        return f"{count} good images, degraded anew for each patch."
    kind = "pairs of images" if config.data.has_targets else "images without targets"
    return f"{count} {kind}."


def _covered(pairs: list[NormalizedPair]) -> tuple[str, ...]:
    """Return of which kinds, beside raw fluorescence, degraded images are."""
    shown = pairs[:: max(1, len(pairs) // LOOKED_AT)]
    found = Counter(
        finding.kind for each in shown for finding in fit_verdict(each.pair.input, Card()).findings
    )
    return tuple(kind for kind in BEYOND if found[kind] > COMMON * len(shown))
