"""Turn a run's checkpoint into a model that restores images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from debcr_core.files.whole import whole_or_nothing
from debcr_core.recipe import Recipe
from debcr_core.trained import Card, save_trained
from debcr_plugins.training.checkpoints import load
from debcr_plugins.training.run_folder import RunFolder

if TYPE_CHECKING:
    from debcr_core.plugins import Plugins

PREFIX = "network."


def export(
    folder: RunFolder,
    weights: Literal["best", "last"],
    recipe: Recipe,
    card: Card,
    plugins: Plugins,
) -> None:
    """Write the weights that are for use, with recipe and card, as one safetensors file."""
    state = load(folder.best if weights == "best" else folder.last)["state_dict"]
    tensors = {
        key.removeprefix(PREFIX): value.contiguous().numpy()
        for key, value in state.items()
        if key.startswith(PREFIX)
    }
    with whole_or_nothing(folder.model, overwrite=True) as temporary:
        save_trained(temporary, tensors, recipe, card, plugins)
