"""A network in training, as a model that restores images like any other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from debcr_core.components import (
    Array,
    Floats,
    Model,
    Normalization,
    Normalizer,
    Position,
    Predictor,
)
from debcr_core.torch_model import TorchModel, run

if TYPE_CHECKING:
    import torch
    import xarray as xr


class LiveModel(Model):
    """The model whose network is in training, with the weights that it has now."""

    name = "network in training"

    model: Any
    network: Any

    @classmethod
    def of(cls, model: TorchModel, network: torch.nn.Module) -> LiveModel:
        """Return it for a model and its network."""
        return cls.model_construct(model=model, network=network)

    @property
    def axes(self) -> str:
        """As the model's."""
        return str(self.model.axes)

    @property
    def channels(self) -> int:
        """As the model's."""
        return int(self.model.channels)

    @property
    def output_channels(self) -> int:
        """As the model's."""
        return int(self.model.output_channels)

    @property
    def stride(self) -> tuple[int, ...]:
        """As the model's."""
        return tuple(self.model.stride)

    @property
    def halo(self) -> tuple[int, ...] | None:
        """As the model's."""
        halo: tuple[int, ...] | None = self.model.halo
        return halo

    @property
    def min_size(self) -> tuple[int, ...]:
        """As the model's."""
        return tuple(self.model.min_size)

    @property
    def fixed_size(self) -> tuple[int, ...] | None:
        """As the model's."""
        size: tuple[int, ...] | None = self.model.fixed_size
        return size

    def predictor(self, weights: Path | None, device: str) -> Predictor:  # noqa: ARG002
        """Return the network as it is now."""
        return run(self.network, device)


class BetweenScales(Normalizer):
    """Maps the input by its own statistics, and the output to the target's scale by its."""

    name = "between-scales"

    given: Any
    wanted: Any

    @classmethod
    def of(cls, given: Normalization, wanted: Normalization) -> BetweenScales:
        """Return it for the maps of input and target, which were fitted before."""
        return cls.model_construct(given=given, wanted=wanted)

    def fit(self, image: xr.DataArray) -> Normalization:  # noqa: ARG002
        """Return both maps as one."""
        return BothMaps(self.given, self.wanted)


class BothMaps(Normalization):
    """Applies one map, and undoes another.

    Parameters
    ----------
    given, wanted : Normalization
        Of the input and of the target.
    """

    def __init__(self, given: Normalization, wanted: Normalization) -> None:
        self.given, self.wanted = given, wanted

    def at(self, position: Position) -> BothMaps:
        """Return both for a part of the image."""
        return BothMaps(self.given.at(position), self.wanted.at(position))

    def apply(self, block: Array) -> Floats:
        """Map the input to the network's scale."""
        return self.given.apply(block)

    def undo(self, block: Floats) -> Floats:
        """Map the output to the target's scale."""
        return self.wanted.undo(block)

    def record(self) -> dict[str, Any]:
        """Return both records."""
        return {"input": self.given.record(), "target": self.wanted.record()}
