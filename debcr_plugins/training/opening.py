"""The images of a run, and the patches it cuts: of pairs, or of good images that it degrades."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debcr_plugins.training.data.opening import Data, open_data
from debcr_plugins.training.data.patches import Patches, patches
from debcr_plugins.training.fresh.held_out import degrade_held_out
from debcr_plugins.training.fresh.patches import FreshPatches

if TYPE_CHECKING:
    from debcr_core.plugins import Plugins
    from debcr_core.recipe import Recipe
    from debcr_plugins.training.config import TrainingConfig
    from debcr_plugins.training.data.config import DataConfig
    from debcr_plugins.training.fresh.config import DegradeConfig


def opened(
    config: DataConfig, degrade: DegradeConfig | None, recipe: Recipe, plugins: Plugins
) -> Data:
    """Open the images (see `open_data`); degrade those that are held out where they are truths.

    Parameters
    ----------
    config : DataConfig
        Where they are.
    degrade : DegradeConfig or None
        How they are degraded.
    recipe : Recipe
        What they are normalised by, and the axes that its model sees at once.
    plugins : Plugins
        Where readers are found.

    Raises
    ------
    DebcrError
        As `open_data` and `degrade_held_out`.
    """
    axes = recipe.model.axes
    data = open_data(config, recipe.normalizer, plugins, axes=axes)
    if degrade is None:
        return data
    # Not the run's seed: runs that differ in it are judged by the same noise.
    return degrade_held_out(data, degrade, recipe.normalizer, axes, config.seed)


def patches_of(config: TrainingConfig, data: Data, recipe: Recipe) -> Patches:
    """Return the patches of a run's images for training.

    Raises
    ------
    UsageError
        As `debcr_plugins.training.data.patches.patches`.
    """
    cut = (data.train, config.patches, recipe.model.axes, config.seed)
    if config.degrade is None:
        return patches(*cut)
    return FreshPatches(*cut, config.degrade, recipe.normalizer)
