"""Start from weights that are there: fine-tuning."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.catalogs import find_catalog
from debcr_core.errors import ReadError, UsageError
from debcr_core.notices import say
from debcr_core.torch_model import fill, read_tensors
from debcr_core.weight_types import biases, lacks_biases

if TYPE_CHECKING:
    import torch

    from debcr_core.plugins import Plugins


def start_from(reference: str, network: torch.nn.Module, name: str, plugins: Plugins) -> None:
    """Fill a network with the weights of a trained model.

    A network without biases can start from one with them: they are left out, which is said.

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
    source, held = _weights(reference, plugins), network.state_dict()
    tensors = read_tensors(source)
    if lacks_biases(held, tensors):
        left_out = biases(tensors)
        tensors = {key: tensor for key, tensor in tensors.items() if key not in left_out}
        say(
            f'The {len(left_out)} biases of {reference} are left out: the network "{name}" is '
            "built without biases, and begins elsewhere than these weights ended.",
            kind="biases-left-out",
        )
    try:
        fill(network, tensors, source, name)
    except ReadError as error:
        advice = ' Set "biases: false" under "model", if it has that parameter.'
        raise ReadError(f"{error}{advice if lacks_biases(tensors, held) else ''}") from error


def _weights(reference: str, plugins: Plugins) -> Path:
    path = Path(reference)
    if path.suffix in (".pt", ".pth") and path.is_file():
        return path
    weights = find_catalog(reference, plugins).state_dict(reference, plugins)
    if weights is None:
        raise UsageError(f"{reference} holds no PyTorch weights, so nothing to start from.")
    return weights
