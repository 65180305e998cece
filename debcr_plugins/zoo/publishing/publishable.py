"""Whether a trained model can be published at all, which is known before its author says a word."""

from __future__ import annotations

from pathlib import Path

from debcr_core.errors import UsageError
from debcr_core.published import Published
from debcr_core.torch_model import TorchModel
from debcr_core.trained import TrainedModel
from debcr_plugins.zoo.publishing.preprocessing import published_by


def publishable(trained: TrainedModel) -> tuple[TorchModel, Path, Published]:
    """Return the network, its weights, and how its normalizer goes into the bundle.

    Raises
    ------
    UsageError
        If it is no PyTorch network with weights, or its normalizer cannot be said in a bundle.
    """
    model = trained.recipe.model
    if not isinstance(model, TorchModel) or trained.weights is None:
        raise UsageError(
            f'The model "{model.name}" of {trained.name} is no PyTorch network with weights: '
            "only these can be published in all formats of the zoo."
        )
    return (
        model,
        trained.weights,
        published_by(trained.recipe.normalizer, f"c{model.signature.spatial_axes}"),
    )
