"""OpenVINO: quicker than ONNX Runtime on some processors, and in bfloat16 on those that have it."""

from __future__ import annotations

from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, cast

from debcr_core.apart import call_apart
from debcr_core.components import Backend, Floats, Model, Precision, Predictor
from debcr_core.errors import UsageError
from debcr_core.hookspecs import hookimpl
from debcr_core.stopping import Stop
from debcr_core.threads import threads_at_hand
from debcr_core.torch_model import TorchModel
from debcr_plugins.backends.exporting import ExportError, computed_by_torch, exports

HINTS = {"float32": "f32", "bfloat16": "bf16"}


class OpenVino(Backend):
    """Computes networks of PyTorch, exported as for ONNX Runtime, by OpenVINO.

    In bfloat16 it needs a processor with instructions for it (AVX512-BF16, AMX).
    """

    name = "openvino"
    precisions: ClassVar[tuple[Precision, ...]] = ("float32", "bfloat16")

    @classmethod
    def missing(cls) -> str:
        """Return how OpenVINO is installed, if it is not."""
        return "" if find_spec("openvino") else 'it needs pip install "debcr-zoo[openvino]".'

    def runs(self, model: Model) -> bool:
        """Say whether a network is one of PyTorch, without a way of its own."""
        return exports(model)

    def predictor(
        self, model: Model, weights: Path | None, device: str, precision: Precision, stop: Stop
    ) -> Predictor:
        """Return the network as a function (see `Backend.predictor`).

        Warns
        -----
        DebcrWarning
            Where PyTorch computes it.
        """
        import openvino

        from debcr_plugins.backends.exported import exported, made_of

        if device not in ("auto", "cpu"):
            raise UsageError(
                f'OpenVINO computes on the processor here, not on "{device}": --device cpu.'
            )
        core = openvino.Core()
        if precision == "bfloat16" and "BF16" not in _abilities(core):
            raise UsageError(
                "This processor has no instructions for bfloat16, which would be slower than "
                "float32 then: leave --precision out."
            )
        if weights is None:
            return model.predictor(weights, device)
        try:
            content = exported(cast("TorchModel", model), weights, stop)
        except ExportError as error:
            return computed_by_torch(model, weights, device, error)
        return _as_predictor(_compiled(core, content, precision), made_of(content))


def _abilities(core: Any) -> list[str]:
    found: list[str] = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return found


def _compiled(core: Any, content: bytes, precision: Precision) -> Any:
    settings = {
        "INFERENCE_NUM_THREADS": threads_at_hand(),
        "INFERENCE_PRECISION_HINT": HINTS[precision],
        "PERFORMANCE_HINT": "LATENCY",
        # Several programs may compute here at once: none of them is bound to the first cores.
        "ENABLE_CPU_PINNING": False,
    }
    return core.compile_model(core.read_model(content), "CPU", settings)


def _as_predictor(network: Any, made: str) -> Predictor:
    import numpy as np

    held = [network]
    # Each holds memory to compute in, and serves one tile at a time.
    free: list[Any] = []

    def compute(block: Floats, stop: Stop) -> Floats:
        request = free.pop() if free else held[0].create_infer_request()
        call_apart(lambda: request.infer({0: block}), stop, request.cancel)
        output: Floats = np.array(request.get_output_tensor(0).data)
        free.append(request)
        return output

    def close() -> None:
        held.clear()
        free.clear()

    return Predictor(compute, "cpu", f"openvino {version('openvino')}{made}", close)


@hookimpl
def debcr_backends() -> list[type[Backend]]:
    """Offer the backend."""
    return [OpenVino]
