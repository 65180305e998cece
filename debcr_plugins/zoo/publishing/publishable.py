"""Whether a trained model can be published at all, which is known before its author says a word."""

from __future__ import annotations

from pathlib import Path

from debcr_core.errors import UsageError
from debcr_core.torch_model import TorchModel
from debcr_core.trained import TrainedModel
from debcr_plugins.zoo.publishing.preprocessing import Step, preprocessing


def publishable(trained: TrainedModel) -> tuple[TorchModel, Path, list[Step]]:
    """Return the network, its weights, and the preprocessing that its bundle names.

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
        preprocessing(trained.recipe.normalizer, f"c{model.signature.spatial_axes}"),
    )
