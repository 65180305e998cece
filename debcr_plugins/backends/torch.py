"""PyTorch: whatever it was trained in, on any device."""

from __future__ import annotations

from pathlib import Path

from debcr_core.components import Backend, Model, Precision, Predictor
from debcr_core.gpu import gpu_at_hand
from debcr_core.hookspecs import hookimpl
from debcr_core.stopping import Stop
from debcr_core.torch_model import TorchModel


class Torch(Backend):
    """Computes networks as they were trained, by PyTorch."""

    name = "torch"

    @classmethod
    def missing(cls) -> str:
        """Return nothing: PyTorch is always installed."""
        return ""

    def runs(self, model: Model) -> bool:
        """Say whether a network is one of PyTorch."""
        return isinstance(model, TorchModel)

    def prefers(self, model: Model, device: str) -> bool:  # noqa: ARG002
        """Take what is computed on a GPU."""
        return device != "cpu" and (device != "auto" or gpu_at_hand())

    def predictor(
        self,
        model: Model,
        weights: Path | None,
        device: str,
        precision: Precision,  # noqa: ARG002
        stop: Stop,  # noqa: ARG002
    ) -> Predictor:
        """Return the network as a function (see `Backend.predictor`)."""
        return model.predictor(weights, device)


@hookimpl
def debcr_backends() -> list[type[Backend]]:
    """Offer the backend."""
    return [Torch]
