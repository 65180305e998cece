"""Steps of processing in format 0.4, as format 0.5 has them.

bioimageio.spec (0.5.12) does not convert scalars that come with axes, nor steps that leave out
axes which they may leave out; and it drops `per_dataset` and `reference_tensor` of percentiles.
Specification of format 0.4:
https://github.com/bioimage-io/spec-bioimage-io/blob/main/src/bioimageio/spec/model/v0_4.py
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from debcr_core.rdf_axis_names import AXIS_NAMES

Step = dict[str, Any]
Kwargs = dict[str, Any]

NAMES = {**AXIS_NAMES, "i": "index"}
FIXED = {"scale_linear": ("gain", "offset"), "zero_mean_unit_variance": ("mean", "std")}
"""What an operation is given as numbers, for all pixels or for each channel."""


def converted(
    tensor: Mapping[str, Any], steps: Sequence[Mapping[str, Any]], side: str
) -> list[Step]:
    """Return all steps of a tensor, with the types that it has before and after them.

    Parameters
    ----------
    tensor : mapping
        The tensor in format 0.4: its ``axes`` and ``data_type``.
    steps : sequence of mapping
        Its steps in format 0.4.
    side : {"inputs", "outputs"}
        Which side of the network it is on: networks of format 0.4 see float32.
    """
    own = [_step(step, tensor["axes"]) for step in steps]
    if side == "inputs":
        return [_cast(tensor["data_type"]), *own, _cast("float32")]
    whole = own and own[-1]["id"] == "binarize"
    return own if whole else [*own, _cast(tensor["data_type"])]


def _cast(dtype: str) -> Step:
    return {"id": "ensure_dtype", "kwargs": {"dtype": dtype}}


def _step(step: Mapping[str, Any], tensor_axes: str) -> Step:
    name = step["name"]
    kwargs = {key: value for key, value in (step.get("kwargs") or {}).items() if value is not None}
    mode = kwargs.pop("mode", "fixed")
    if name == "scale_linear" or (name == "zero_mean_unit_variance" and mode == "fixed"):
        kwargs = _numbers(kwargs, FIXED[name], tensor_axes)
        return {"id": name if name == "scale_linear" else f"fixed_{name}", "kwargs": kwargs}
    if mode != "fixed":
        # By default a sample as a whole.
        axes = kwargs.get("axes") or tensor_axes.replace("b", "")
        kwargs["axes"] = [NAMES[axis] for axis in ("b" * (mode == "per_dataset")) + axes]
    return {"id": name, "kwargs": kwargs}


def _numbers(kwargs: Kwargs, names: Sequence[str], tensor_axes: str) -> Kwargs:
    """Return numbers for all pixels as such, and those for each channel with that axis."""
    given = {name: kwargs[name] for name in names if name in kwargs}
    counts = {len(value) for value in given.values() if isinstance(value, list)}
    if counts <= {1}:
        return {key: v[0] if isinstance(v, list) else v for key, v in given.items()}
    count = max(counts)
    lists = {key: v if isinstance(v, list) else [v] * count for key, v in given.items()}
    return {**lists, "axis": NAMES[_apart(kwargs.get("axes", "zyx"), tensor_axes)]}


def _apart(axes: str, tensor_axes: str) -> str:
    """Return the axis along which numbers differ: one that is not listed, channels first of all."""
    left = [axis for axis in tensor_axes if axis not in f"b{axes}"]
    return "c" if "c" in left or not left else left[0]
