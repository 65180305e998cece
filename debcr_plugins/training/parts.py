"""The components that a configuration names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debcr_core.components import Loss
from debcr_core.errors import UsageError
from debcr_core.recipe import PARTS, Recipe
from debcr_core.torch_model import TorchModel

if TYPE_CHECKING:
    from debcr_core.plugins import Plugins
    from debcr_plugins.training.config import TrainingConfig


def recipe_of(config: TrainingConfig, plugins: Plugins) -> Recipe:
    """Return how images are restored with what is trained.

    Raises
    ------
    UsageError
        If a component or parameter is unknown.
    """
    parts = {kind: getattr(config, kind) for kind in PARTS}
    return Recipe.from_dict(parts, plugins, source="the training configuration")


def network_of(recipe: Recipe) -> TorchModel:
    """Return the model to train.

    Raises
    ------
    UsageError
        If it is no PyTorch network.
    """
    if not isinstance(recipe.model, TorchModel):
        raise UsageError(
            f'The model "{recipe.model.name}" is no PyTorch network, so it cannot be trained.'
        )
    return recipe.model


def loss_of(config: TrainingConfig, plugins: Plugins) -> Loss:
    """Return what is minimised.

    Raises
    ------
    UsageError
        If there is no such loss or parameter.
    """
    part: dict[str, Any] = dict(config.loss)
    name = part.pop("name", None)
    if not isinstance(name, str):
        raise UsageError('The training configuration\'s "loss" needs the key "name".')
    loss: Loss = plugins.create("loss", name, **part)
    return loss
