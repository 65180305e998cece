"""A network as ONNX file, run by ONNX Runtime: data that name operations, no code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from debcr_core.apart import call_apart
from debcr_core.components import Array, Predictor
from debcr_core.errors import DebcrError, ReadError, UsageError, said
from debcr_core.missing_extras import needs_extra
from debcr_core.stopping import Stop
from debcr_plugins.zoo.running.network import BundledNetwork
from debcr_plugins.zoo.running.onnx_checks import check
from debcr_plugins.zoo.running.tensors import REAL, WHOLE


class Onnx(BundledNetwork):
    """A network as one ONNX file (https://onnx.ai), for instance from a bundle of the zoo."""

    name = "onnx"

    def load(self, weights: Path, device: str) -> Predictor:
        """Return the network as a function of one array (see `BundledNetwork.load`)."""
        import numpy as np

        with needs_extra("zoo", "ONNX networks need"):
            import onnxruntime
        others = check(weights)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        # By its name alone a file could be of a format that nobody has checked.
        options.add_session_config_entry("session.load_model_format", "ONNX")
        try:
            session = onnxruntime.InferenceSession(
                weights, options, providers=providers(device, onnxruntime)
            )
        except Exception as error:
            raise ReadError(f"{weights} cannot be run by ONNX Runtime: {said(error)}") from error
        _refuse_types(session, weights, self.input_type, self.output_index)
        _refuse_shapes(session, weights, self)
        wanted = session.get_inputs()[0]
        dtype = numpy_type(wanted.type)

        def compute(array: Array, stop: Stop) -> Array:
            asked = onnxruntime.RunOptions()
            given = {wanted.name: array.astype(dtype, copy=False)}
            try:
                outputs = call_apart(
                    lambda: session.run(None, given, asked),
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
            return np.asarray(outputs[self.output_index])

        where = session.get_providers()[0].removesuffix("ExecutionProvider").lower()
        where = {"coreml": "mps"}.get(where, where)
        backend = f"onnxruntime {onnxruntime.__version__}"
        return Predictor(compute, where, backend, files=tuple(others))


def _refuse_types(session: Any, weights: Path, told: str, index: int) -> None:
    """Refuse a network whose input or output is no image, or another than the RDF tells of."""
    inputs, outputs = session.get_inputs(), session.get_outputs()
    if len(inputs) != 1 or index >= len(outputs):
        raise ReadError(
            f"{weights} has {len(inputs)} inputs and {len(outputs)} outputs: networks with one "
            f"input run here, and the RDF tells of {index + 1} or more outputs."
        )
    taken, given = numpy_type(inputs[0].type), numpy_type(outputs[index].type)
    if taken not in REAL and (taken != told or taken not in WHOLE):
        raise ReadError(
            f"{weights} takes a {inputs[0].type}, but the RDF tells of pixels of type {told}. "
            f"Networks of {', '.join(REAL)} run here, and of whole numbers where the RDF says so."
        )
    if given not in (*REAL, *WHOLE):
        raise ReadError(
            f"{weights} gives a {outputs[index].type}, which is no restored image: its pixels "
            f"should be of type {', '.join(REAL)}."
        )


def _refuse_shapes(session: Any, weights: Path, told: Onnx) -> None:
    """Refuse a network that declares other axes, channels or sizes than the RDF tells of.

    ONNX Runtime would, too, but only once there is an image of what the RDF tells of.
    """
    taken, given = session.get_inputs()[0].shape, session.get_outputs()[told.output_index].shape
    for verb, shape, layout in (
        ("takes", taken, told.input_layout),
        ("gives", given, told.output_layout),
    ):
        # The shape is empty where none is declared.
        if shape and len(shape) != len(layout):
            raise ReadError(
                f"{weights} {verb} a tensor of {len(shape)} axes ({_shown(shape)}), but the RDF "
                f"tells of {len(layout)} ({layout})."
            )
    for axis, size in zip(told.input_layout, taken, strict=False):
        if isinstance(size, int) and not _may_be(axis, size, told):
            what = "channels" if axis == "c" else f"pixels along {axis}"
            raise ReadError(
                f"{weights} takes a tensor of {size} {what} ({_shown(taken)}), which is not what "
                f"the RDF tells of: {_told(axis, told)}."
            )


def _may_be(axis: str, size: int, told: Onnx) -> bool:
    """Say whether the input may have that size along an axis, by the RDF."""
    if axis in "bcs":
        return axis == "b" or size == (told.channels_in if axis == "c" else 1)
    least, step = _sizes(axis, told)
    return size == least if told.fixed else size >= least and (size - least) % step == 0


def _told(axis: str, told: Onnx) -> str:
    if axis in "cs":
        return str(told.channels_in if axis == "c" else 1)
    least, step = _sizes(axis, told)
    return str(least) if told.fixed else f"{least} and any number of steps of {step}"


def _sizes(axis: str, told: Onnx) -> tuple[int, int]:
    """Return the smallest size along an axis of space or time, and the step."""
    index = told.signature.spatial_axes.index(axis)
    return told.min_size[index], told.stride[index]


def _shown(shape: Sequence[int | str | None]) -> str:
    return "×".join("?" if size is None else str(size)[:20] for size in shape)


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
