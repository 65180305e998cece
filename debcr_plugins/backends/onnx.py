"""ONNX Runtime: on processors as quick as PyTorch at its best, loaded in a tenth of the time."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import cast

from debcr_core.components import Backend, Model, Precision, Predictor
from debcr_core.gpu import gpu_at_hand
from debcr_core.hookspecs import hookimpl
from debcr_core.stopping import Stop
from debcr_core.torch_model import TorchModel
from debcr_plugins.backends.exporting import ExportError, computed_by_torch, exports
from debcr_plugins.backends.onnx_model import OnnxModel


class OnnxRuntime(Backend):
    """Computes networks of PyTorch as ONNX files, which it makes of them, by ONNX Runtime.

    Each network is exported once and kept in the cache. One that cannot be exported is computed
    by PyTorch, which is said.
    """

    name = "onnx"

    @classmethod
    def missing(cls) -> str:
        """Return how ONNX Runtime is installed, if it is not."""
        absent = [name for name in ("onnxruntime", "onnx") if find_spec(name) is None]
        return f"it needs pip install {' '.join(absent)}." if absent else ""

    def runs(self, model: Model) -> bool:
        """Say whether a network is one of PyTorch, without a way of its own, or an ONNX file."""
        return exports(model) or isinstance(model, OnnxModel)

    def prefers(self, model: Model, device: str) -> bool:  # noqa: ARG002
        """Take what is computed on a processor."""
        return device == "cpu" or (device == "auto" and not gpu_at_hand())

    def opens_at_once(self, model: Model, weights: Path | None) -> bool:
        """Say whether it need not be exported first, for which PyTorch is loaded."""
        from debcr_plugins.backends.exported import at_hand

        return at_hand(model, weights)

    def predictor(
        self,
        model: Model,
        weights: Path | None,
        device: str,
        precision: Precision,  # noqa: ARG002
        stop: Stop,
    ) -> Predictor:
        """Return the network as a function (see `Backend.predictor`).

        Warns
        -----
        DebcrWarning
            Where PyTorch computes it.
        """
        from debcr_plugins.backends.exported import exported, made_of, session_of

        if weights is None or isinstance(model, OnnxModel):
            return model.predictor(weights, device)
        from debcr_plugins.backends.onnx_runtime import as_predictor

        try:
            content = exported(cast("TorchModel", model), weights, stop)
            session = session_of(content, device, model.name)
        except ExportError as error:
            return computed_by_torch(model, weights, device, error)
        return as_predictor(session, made=made_of(content))


@hookimpl
def debcr_backends() -> list[type[Backend]]:
    """Offer the backend."""
    return [OnnxRuntime]
