"""What an RDF says of one axis of a tensor, and how large it may make a tensor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any

from debcr_core.errors import ReadError
from debcr_core.rdf_axis_names import AXIS_LETTERS
from debcr_plugins.zoo.running.tensors import SINGLE, SPATIAL, Axis, Tensor

MAX_PIXELS = 2**26
"""Pixels of the smallest tile, and of its margins: 8192×8192, more than any network of the zoo."""
MAX_VALUES = 2**30
"""Values of the smallest tile, in all its channels: 4 GiB as float32."""


def axis_of(plain: Mapping[str, Any], where: str, taken: Tensor | None) -> Axis:
    """Return an axis of the input, or, where that is `taken`, of an output.

    Raises
    ------
    ReadError
        Naming the tensor and the axis, if it is none that runs here.
    """
    kind, name = plain["type"], plain.get("id", plain["type"])
    if kind == "batch":
        return Axis(name, "b", 1)
    if kind == "channel":
        return Axis(name, "c", len(plain["channel_names"]))
    size, scale = plain["size"], float(plain.get("scale") or 1.0)
    letter = AXIS_LETTERS.get(kind) or (name if name in ("z", "y", "x") else "")
    if (size == 1 and letter not in ("y", "x")) or _follows_single(size, scale, taken):
        return Axis(name, SINGLE, 1, scale=scale)
    if not letter:
        raise ReadError(f'{where}: the axis "{name}" of type {kind} is none that images have here.')
    if taken is not None:
        return _output_axis(plain, name, letter, where, taken)
    return _input_axis(plain, name, letter, where)


def _follows_single(size: Any, scale: float, taken: Tensor | None) -> bool:
    """Say whether an output's size is that of an axis of the input that has length one."""
    if taken is None or not isinstance(size, Mapping) or size.get("tensor_id") != taken.id:
        return False
    single = [axis for axis in taken.axes if axis.letter == SINGLE]
    followed = next((axis for axis in single if axis.id == size.get("axis_id")), None)
    return followed is not None and followed.scale == scale and not size.get("offset")


def _input_axis(plain: Mapping[str, Any], name: str, letter: str, where: str) -> Axis:
    size = plain["size"]
    scale = float(plain.get("scale") or 1.0)
    if isinstance(size, int):
        return Axis(name, letter, size, scale=scale)
    if "step" in size:
        return Axis(name, letter, size["min"], size["step"], scale=scale)
    if size.get("axis_id") and not size.get("offset"):
        return Axis(name, letter, 1, tied=size["axis_id"], scale=scale)
    raise ReadError(f'{where}: the size of axis "{name}" is neither given nor another axis\' size.')


def _output_axis(
    plain: Mapping[str, Any], name: str, letter: str, where: str, taken: Tensor
) -> Axis:
    seen = taken.axis(letter)
    size, halo = plain["size"], int(plain.get("halo") or 0)
    if seen is None:
        raise ReadError(f'{where}: the axis "{name}" is not one of the input.')
    offset = None
    if isinstance(size, int):
        seen = _of_one_size(seen, size)
        offset = size - seen.size if seen.step == 0 and not seen.tied else None
    elif size.get("tensor_id") == taken.id and size.get("axis_id") in (seen.id, seen.tied):
        same = float(plain.get("scale") or 1.0) == seen.scale
        offset = size.get("offset", 0) if same else None
    if offset is None or offset > 0 or offset % 2:
        raise ReadError(
            f'{where}: along "{name}" the output is not of the input\'s size. Models that enlarge, '
            "shrink or detect do not restore images, and do not run here."
        )
    return Axis(name, letter, seen.size, seen.step, offset=offset, halo=halo)


def _of_one_size(seen: Axis, size: int) -> Axis:
    """Return the input's axis at one size, if that is among those that it may have."""
    possible = seen.step and size >= seen.size and (size - seen.size) % seen.step == 0
    return replace(seen, size=size, step=0) if possible else seen


def check_sizes(axes: Sequence[Axis], where: str) -> None:
    """Refuse sizes that no network has, before an image is continued to them."""
    own = {axis.id: axis.size for axis in axes}
    spatial = [axis for axis in axes if axis.letter in SPATIAL]
    channels = next((axis.size for axis in axes if axis.letter == "c"), 1)
    for what, sizes in {
        "a smallest size": [own.get(axis.tied, axis.size) for axis in spatial],
        "a step": [max(axis.step, 1) for axis in spatial],
        "a halo": [2 * axis.halo + 1 for axis in spatial],
        "a margin": [1 - axis.offset for axis in spatial],
    }.items():
        shown = "×".join(map(str, sizes))
        if prod(sizes) > MAX_PIXELS:
            raise ReadError(
                f"{where}: {what} of {shown} pixels is refused. Up to {MAX_PIXELS:,} pixels, more "
                "than any network of the zoo has, run here."
            )
        if channels * prod(sizes) > MAX_VALUES:
            raise ReadError(
                f"{where}: {what} of {shown} pixels with {channels:,} channels is refused. Up to "
                f"{MAX_VALUES:,} values run here."
            )
