"""A network to try backends on, and how networks are run with weights of chance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from unittest import SkipTest

import numpy as np

from debcr_core.components import Floats, Model, Predictor
from debcr_core.errors import UsageError
from debcr_core.signature import Signature
from debcr_core.stopping import Stop
from debcr_core.torch_model import TorchModel

if TYPE_CHECKING:
    import torch


class Convolutions(TorchModel):
    """Two convolutions of planes, for the conformance kit."""

    name = "convolutions"

    @property
    def signature(self) -> Signature:
        """Planes of any size."""
        return Signature("yx", (1, 1), (2, 2))

    def network(self) -> torch.nn.Module:
        """Return the network with fresh weights."""
        from torch import nn

        return nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 1, 3, padding=1)
        )


def fresh(model: TorchModel) -> torch.nn.Module:
    """Return a model's network, where the libraries that it names are installed."""
    try:
        return model.network()
    except UsageError as error:
        if not model.libraries:
            raise
        raise SkipTest(str(error)) from error


@contextmanager
def weights_of(model: Model) -> Iterator[Path | None]:
    """Give a file of weights that chance drew, always the same; None for a model without any."""
    if not isinstance(model, TorchModel):
        yield None
        return
    import torch
    from safetensors.torch import save

    with TemporaryDirectory() as folder:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            tensors = fresh(model).state_dict()
        path = Path(folder) / "weights.safetensors"
        path.write_bytes(save({key: tensor.contiguous() for key, tensor in tensors.items()}))
        yield path


def computed(predictor: Predictor, block: Floats) -> Floats:
    """Return what a network gives, with nobody to stop it."""
    return np.asarray(predictor.compute(block, Stop()))


def noise(signature: Signature, sizes: tuple[int, ...], batch: int = 1, seed: int = 0) -> Any:
    """Return an input of a network, float32 between 0 and 1."""
    shape = (batch, signature.channels_in, *sizes)
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


def side_of(signature: Signature) -> int:
    """Return how large a tile to try is: small, since every check runs the network."""
    return {1: 256, 2: 64, 3: 24}[len(signature.spatial_axes)]
