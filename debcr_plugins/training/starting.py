"""Start from weights that are there: fine-tuning."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.errors import UsageError
from debcr_core.torch_model import TorchModel, load_weights
from debcr_core.trained import find_model

if TYPE_CHECKING:
    import torch

    from debcr_core.plugins import Plugins


def start_from(reference: str, network: torch.nn.Module, name: str, plugins: Plugins) -> None:
    """Fill a network with the weights of a trained model.

    Parameters
    ----------
    reference : str
        As ``--model`` takes it, or a file that `torch.save` wrote of a state dict.
    network : torch.nn.Module
        What is filled.
    name : str
        The network's name.
    plugins : Plugins
        Where trained models are found.

    Raises
    ------
    UsageError
        If it holds no PyTorch weights.
    ReadError
        If they are those of another network: which of them do not fit.
    """
    load_weights(network, _weights(reference, plugins), name)


def _weights(reference: str, plugins: Plugins) -> Path:
    from debcr_plugins.zoo.access.bundle import is_bundle_reference, open_bundle

    if is_bundle_reference(reference):
        bundle = open_bundle(reference)
        entry = bundle.rdf.get("weights", {}).get("pytorch_state_dict")
        if not entry:
            raise UsageError(f"{reference} holds no pytorch_state_dict, so nothing to start from.")
        return bundle.file(entry["source"], entry.get("sha256"), what="weights")
    if Path(reference).suffix in (".pt", ".pth") and Path(reference).is_file():
        return Path(reference)
    trained = find_model(reference, plugins)
    if trained.weights is None or not isinstance(trained.recipe.model, TorchModel):
        raise UsageError(f"{reference} holds no PyTorch weights, so nothing to start from.")
    return trained.weights
