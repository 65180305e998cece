"""A network as ONNX file, run by ONNX Runtime: data that name operations, no code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from debcr_core.components import Predictor
from debcr_core.errors import ReadError
from debcr_plugins.backends.onnx_model import OnnxModel
from debcr_plugins.backends.onnx_runtime import as_predictor, numpy_type, open_session
from debcr_plugins.zoo.running.network import BundledNetwork
from debcr_plugins.zoo.running.onnx_checks import check
from debcr_plugins.zoo.running.tensors import REAL, WHOLE


class Onnx(BundledNetwork, OnnxModel):
    """A network as one ONNX file (https://onnx.ai), for instance from a bundle of the zoo."""

    name = "onnx"

    def load(self, weights: Path, device: str) -> Predictor:
        """Return the network as a function of one array (see `BundledNetwork.load`)."""
        others = check(weights)
        session = open_session(weights, device, str(weights))
        _refuse_types(session, weights, self.input_type, self.output_index)
        _refuse_shapes(session, weights, self)
        return as_predictor(session, self.output_index, tuple(others))


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
