"""PyTorch: whatever it was trained in, on any device."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, cast

from debcr_core.components import Backend, Model, Precision, Predictor
from debcr_core.errors import UsageError
from debcr_core.gpu import gpu_at_hand
from debcr_core.hookspecs import hookimpl
from debcr_core.stopping import Stop
from debcr_core.torch_model import TorchModel, choose_device
from debcr_plugins.backends.exporting import exports


class Torch(Backend):
    """Computes networks as they were trained, by PyTorch.

    In bfloat16 it needs a GPU that has it, or a processor with instructions for it (AVX512-BF16,
    AMX); sums are still made in float32.
    """

    name = "torch"
    precisions: ClassVar[tuple[Precision, ...]] = ("float32", "bfloat16")

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
        precision: Precision,
        stop: Stop,  # noqa: ARG002
    ) -> Predictor:
        """Return the network as a function (see `Backend.predictor`)."""
        if precision == "float32" or weights is None:
            return model.predictor(weights, device)
        if not exports(model):
            raise UsageError(
                f'The model "{model.name}" has a way of its own to compute, which is not in '
                f"{precision}: leave --precision out."
            )
        from debcr_plugins.backends.torch_bfloat16 import in_bfloat16

        return in_bfloat16(cast("TorchModel", model), weights, choose_device(device))


@hookimpl
def debcr_backends() -> list[type[Backend]]:
    """Offer the backend."""
    return [Torch]
