"""An ONNX file as a function of an array, computed by ONNX Runtime.

Its settings were measured (docs/speed.md): memory that was computed in is kept for the next tile,
since giving it back costs a third of the time; the pattern of a run's memory is not, since whole
patterns take up to twice as much; and threads that wait do not turn in circles meanwhile.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from debcr_core.apart import call_apart
from debcr_core.components import Array, Predictor
from debcr_core.errors import DebcrError, ReadError, UsageError, said
from debcr_core.stopping import Stop
from debcr_core.telemetry import report_nothing
from debcr_core.threads import threads_at_hand


def open_session(network: Path | bytes, device: str, name: str) -> Any:
    """Return a session of ONNX Runtime for a network.

    Parameters
    ----------
    network : Path or bytes
        An ONNX file, or its content.
    device : str
        ``cpu``, ``auto``, ``cuda`` or ``mps``.
    name : str
        What to call the network in errors.

    Raises
    ------
    ReadError
        If ONNX Runtime cannot run it.
    UsageError
        If the installed ONNX Runtime does not know the device.
    """
    report_nothing()
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    # By its name alone a file could be of a format that nobody has checked.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.intra_op_num_threads = threads_at_hand()
    options.enable_mem_pattern = False
    chosen = providers(device, onnxruntime)
    try:
        return onnxruntime.InferenceSession(network, options, providers=chosen)
    except Exception as error:
        raise ReadError(f"{name} cannot be run by ONNX Runtime: {said(error)}") from error


def as_predictor(
    session: Any, index: int = 0, files: tuple[Path, ...] = (), made: str = ""
) -> Predictor:
    """Return a session of one input as a function, in the network's own layout and type.

    Parameters
    ----------
    session : onnxruntime.InferenceSession
        As `open_session` returns it.
    index : int
        Which of its outputs is the result.
    files : tuple of Path
        Further files that hold its weights.
    made : str
        What tells this network from another of the same weights, for records.
    """
    import numpy as np
    import onnxruntime

    wanted = session.get_inputs()[0]
    dtype = numpy_type(wanted.type)
    held = [session]

    def compute(array: Array, stop: Stop) -> Array:
        asked = onnxruntime.RunOptions()
        given = {wanted.name: array.astype(dtype, copy=False)}
        try:
            outputs = call_apart(
                lambda: held[0].run(None, given, asked),
                stop,
                # Between two operations it looks for that; a long one is left behind.
                lambda: setattr(asked, "terminate", True),
            )
        except DebcrError:
            raise
        except Exception as error:
            if "allocate memory" in str(error) or "bad_alloc" in str(error):
                raise MemoryError(str(error)) from error
            raise
        return np.asarray(outputs[index])

    where = session.get_providers()[0].removesuffix("ExecutionProvider").lower()
    where = {"coreml": "mps"}.get(where, where)
    backend = f"onnxruntime {onnxruntime.__version__}{made}"
    return Predictor(compute, where, backend, held.clear, files)


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
