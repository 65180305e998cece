"""The patches that a run cuts: of pairs, or of good images that it degrades."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debcr_plugins.training.data.patches import Patches, patches
from debcr_plugins.training.fresh.patches import FreshPatches

if TYPE_CHECKING:
    from debcr_core.recipe import Recipe
    from debcr_plugins.pairs.opening import Data
    from debcr_plugins.training.config import TrainingConfig


def patches_of(config: TrainingConfig, data: Data, recipe: Recipe) -> Patches:
    """Return the patches of a run's images for training.

    Raises
    ------
    UsageError
        As `debcr_plugins.training.data.patches.patches`.
    """
    cut = (data.train, config.patches, recipe.model.signature.axes, config.seed)
    if config.degrade is None:
        return patches(*cut)
    return FreshPatches(*cut, config.degrade, recipe.normalizer)
