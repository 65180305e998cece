"""A network as ONNX file, run by ONNX Runtime: data that name operations, no code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Array, Predictor
from debcr_core.errors import DebcrError, ReadError, UsageError
from debcr_core.missing_extras import needs_extra
from debcr_core.stopping import Stop
from debcr_plugins.zoo.running.network import BundledNetwork

if TYPE_CHECKING:
    from onnx import ModelProto

ENDLESS = ("Loop", "Scan")
"""Operations whose number of rounds the file itself decides."""
REAL_TYPES = (1, 10, 11)  # onnx.TensorProto: FLOAT, FLOAT16, DOUBLE


class Onnx(BundledNetwork):
    """A network as one ONNX file (https://onnx.ai), for instance from a bundle of the zoo."""

    name = "onnx"

    def load(self, weights: Path, device: str) -> Predictor:
        """Return the network as a function of one array (see `BundledNetwork.load`)."""
        with needs_extra("zoo", "ONNX networks need"):
            import onnxruntime
        others = check(weights)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        try:
            session = onnxruntime.InferenceSession(
                weights, options, providers=providers(device, onnxruntime)
            )
        except Exception as error:
            reason = " ".join(str(error).split())[:200]
            raise ReadError(f"{weights} cannot be run by ONNX Runtime: {reason}") from error
        wanted = session.get_inputs()[0]
        dtype = numpy_type(wanted.type)

        def compute(array: Array, stop: Stop) -> Array:
            asked = onnxruntime.RunOptions()
            try:
                with stop.interrupting(lambda: setattr(asked, "terminate", True)):
                    given = {wanted.name: array.astype(dtype, copy=False)}
                    outputs = session.run(None, given, asked)
            except DebcrError:
                raise
            except Exception as error:
                if "allocate memory" in str(error) or "bad_alloc" in str(error):
                    raise MemoryError(str(error)) from error
                raise
            return np.asarray(outputs[self.output_index])

        where = session.get_providers()[0].removesuffix("ExecutionProvider").lower()
        where = {"coreml": "mps"}.get(where, where)
        backend = f"onnxruntime {onnxruntime.__version__}"
        return Predictor(compute, where, backend, files=tuple(others))


def check(weights: Path) -> list[Path]:
    """Refuse a file that is no ONNX network, reaches for other files or holds NaN.

    Returns
    -------
    list of Path
        Files beside it that hold weights of its own.

    Raises
    ------
    ReadError
        Naming the tensor at fault.
    """
    with needs_extra("zoo", "ONNX networks need"):
        import onnx
        from google.protobuf.message import DecodeError
    try:
        network = onnx.load(weights, load_external_data=False)
    except (DecodeError, ValueError, OSError) as error:
        raise ReadError(f"{weights} is no ONNX file: {' '.join(str(error).split())}") from error
    _refuse_loops(network, weights)
    beside = _files_beside(network, weights)
    onnx.external_data_helper.load_external_data_for_model(network, str(weights.parent))
    for tensor in network.graph.initializer:
        real = tensor.data_type in REAL_TYPES
        if real and not np.isfinite(onnx.numpy_helper.to_array(tensor)).all():
            raise ReadError(f"{weights}: the weights {tensor.name} hold NaN or infinite numbers.")
    return beside


def _refuse_loops(network: ModelProto, weights: Path) -> None:
    for node in network.graph.node:
        if node.op_type in ENDLESS:
            raise ReadError(
                f"{weights} holds a {node.op_type}, which may never end. Networks that restore "
                "images need none: it is not run."
            )


def _files_beside(network: ModelProto, weights: Path) -> list[Path]:
    """Return the other files that hold weights; refuse those that are not beside it."""
    from onnx.external_data_helper import ExternalDataInfo, _get_all_tensors, uses_external_data

    found = set()
    for tensor in _get_all_tensors(network):
        if not uses_external_data(tensor):
            continue
        location = ExternalDataInfo(tensor).location
        beside = weights.parent / location
        if Path(location).name != location or beside.is_symlink() or not beside.is_file():
            raise ReadError(
                f"{weights}: the weights {tensor.name} lie in another file, {location!r}, which "
                "is not beside it in the bundle."
            )
        found.add(beside)
    return sorted(found)


def numpy_type(name: str) -> str:
    """Return numpy's name of a type as ONNX Runtime writes it: ``tensor(float)``."""
    inner = name.removeprefix("tensor(").removesuffix(")")
    return {"float": "float32", "double": "float64"}.get(inner, inner)


def providers(device: str, onnxruntime: Any) -> list[str]:
    """Return the execution providers of ONNX Runtime for a device, the preferred one first.

    Raises
    ------
    UsageError
        If the installed ONNX Runtime does not know the device.
    """
    present = onnxruntime.get_available_providers()
    if device == "cpu":
        return ["CPUExecutionProvider"]
    wanted = {"cuda": "CUDAExecutionProvider", "mps": "CoreMLExecutionProvider"}
    if device == "auto":
        return [name for name in (wanted["cuda"],) if name in present] + ["CPUExecutionProvider"]
    name = wanted.get(device.partition(":")[0])
    if name not in present:
        raise UsageError(
            f'The device "{device}" cannot be used with ONNX networks here: use auto or cpu, or '
            "install a build of ONNX Runtime for it."
        )
    return [str(name), "CPUExecutionProvider"]
