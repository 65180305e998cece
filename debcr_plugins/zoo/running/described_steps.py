"""What an RDF says of one step of a tensor's processing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from debcr_core.errors import ReadError
from debcr_plugins.zoo.processing.operations import check
from debcr_plugins.zoo.running.tensors import Step, Tensor


def step_of(
    plain: Mapping[str, Any],
    names: Mapping[str, str],
    channels: int,
    where: str,
    taken: Tensor | None,
) -> Step:
    """Return a step of processing with its axes named as they are in any RDF."""
    kwargs = {key: value for key, value in (plain.get("kwargs") or {}).items() if value is not None}
    if isinstance(kwargs.get("axes"), list):
        kwargs["axes"] = [names[axis] for axis in kwargs["axes"] if axis in names]
    for key, values in kwargs.items():
        if key != "axes" and isinstance(values, list):
            kwargs[key] = _per_channel(values, channels, f"{where}: {plain['id']} has", key)
    if "axis" in kwargs:
        kwargs["axis"] = names.get(kwargs["axis"], kwargs["axis"])
    reference = kwargs.get("reference_tensor")
    if reference is not None:
        if taken is None or reference == taken.id:
            kwargs["reference_tensor"] = "input"
        else:
            raise ReadError(f'{where}: {plain["id"]} refers to "{reference}", which is not given.')
    step = {"id": plain["id"], "kwargs": kwargs}
    try:
        check(step)
    except ReadError as error:
        raise ReadError(f"{where}: {error}") from None
    return step


def _per_channel(values: list[Any], channels: int, whose: str, key: str) -> list[Any]:
    """Return one value for each channel: all are given, or one serves them all."""
    if len(values) not in (1, channels):
        raise ReadError(f"{whose} {len(values)} values as {key}, for {channels} channels.")
    return values * (channels // len(values))
