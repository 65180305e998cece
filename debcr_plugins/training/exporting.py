"""Turn a run's best checkpoint into a model that restores images, with its card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debcr_core.files.whole import whole_or_nothing
from debcr_core.image import pixel_size_micrometers
from debcr_core.recipe import Recipe
from debcr_core.trained import Card, save_trained
from debcr_plugins.training.checkpoints import load
from debcr_plugins.training.run_folder import RunFolder

if TYPE_CHECKING:
    from debcr_core.plugins import Plugins
    from debcr_plugins.pairs.opening import Data
    from debcr_plugins.training.config import TrainingConfig

PREFIX = "network."


def export(folder: RunFolder, recipe: Recipe, card: Card, plugins: Plugins) -> None:
    """Write the best weights with their recipe and card as one safetensors file."""
    state = load(folder.best)["state_dict"]
    tensors = {
        key.removeprefix(PREFIX): value.contiguous().numpy()
        for key, value in state.items()
        if key.startswith(PREFIX)
    }
    with whole_or_nothing(folder.model, overwrite=True) as temporary:
        save_trained(temporary, tensors, recipe, card, plugins)


def card_of(config: TrainingConfig, data: Data) -> Card:
    """Return the card, without figures: what the user says of the model, and what the run knows."""
    said = config.card.model_dump()
    sizes = [pixel_size_micrometers(pair.pair.input, "x") for pair in data.train]
    known = [size for size in sizes if size is not None]
    place = config.data.input or config.data.npz
    return Card(
        **{
            **said,
            "trained_on": said["trained_on"] or f"{len(data.train)} images of {place}.",
            "pixel_size": (min(known), max(known)) if known else None,
        }
    )
