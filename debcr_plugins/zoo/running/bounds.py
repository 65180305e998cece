"""What an RDF says of sizes, looked at before the specification's library builds anything of it.

That library makes a name for each channel, and follows references from tensor to tensor without
looking where it has been: a few hundred bytes cost gigabytes, or never end. What is not of the form
that is expected here is left to that library, which refuses it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from debcr_core.errors import ReadError

Tensor = Mapping[str, Any]

MAX_SIZE = 2**26
"""Pixels along one axis, and whatever else is said of sizes: steps, halos, scales, offsets."""
MAX_CHANNELS = 10_000
"""Each gets a name."""
MAX_TENSORS = 100
VALUES = ("data", "data_range", "postprocessing", "preprocessing", "sample_tensor", "test_tensor")
"""Keys of a tensor below which numbers are no sizes."""
READABLE = 10**12
"""Numbers below it are written out."""
TOO_MUCH = "more than any network has, and nothing of that kind runs here."


def refuse_excess(rdf: Mapping[str, Any], source: str) -> None:
    """Refuse an RDF whose numbers no network has, or whose tensors' sizes depend on themselves.

    Parameters
    ----------
    rdf : mapping
        Plain values, format 0.4 or 0.5, not yet validated.
    source : str
        What to call it in errors.

    Raises
    ------
    ReadError
        Naming the place in the RDF, or the tensors.
    """
    tensors = []
    for side in ("inputs", "outputs"):
        listed = _mappings(rdf.get(side))
        if len(listed) > MAX_TENSORS:
            raise ReadError(f"{source} has {len(listed)} {side}, {TOO_MUCH}")
        for index, tensor in enumerate(listed):
            where = f"{source}: {side}.{index}"
            _check_sizes(tensor, where)
            _check_channel_names(tensor, where)
            _check_counts(tensor, where)
        tensors += listed
    _refuse_rings(tensors, source)
    named = {str(tensor.get("name")): tensor for tensor in tensors}
    for name, tensor in named.items():
        channels = _size_of(tensor, "c", named)
        if channels > MAX_CHANNELS:
            raise ReadError(
                f'{source}, tensor "{name[:40]}": it has {_shown(channels)} channels, {TOO_MUCH}'
            )


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _numbers(value: Any, place: tuple[str, ...]) -> Iterator[tuple[str, int | float]]:
    """Yield every number below a value, with its place: ``inputs.0.shape.min.1``."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _numbers(inner, (*place, str(key)))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _numbers(inner, (*place, str(index)))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield ".".join(place), value


def _check_sizes(tensor: Tensor, where: str) -> None:
    for key, value in tensor.items():
        for place, size in _numbers(value, (str(key),)) if key not in VALUES else ():
            if not math.isfinite(size):
                raise ReadError(f"{where}.{place} is {size}, which is no size.")
            if abs(size) > MAX_SIZE:
                raise ReadError(f"{where}.{place} is {_shown(size)}, {TOO_MUCH}")
            if key == "halo" and size < 0:
                raise ReadError(
                    f"{where}.{place} is {size:g}: a halo is a margin of none or more pixels."
                )


def _check_channel_names(tensor: Tensor, where: str) -> None:
    """Refuse more names of channels than any network has, as format 0.5 lists them."""
    for index, axis in enumerate(_mappings(tensor.get("axes"))):
        names = axis.get("channel_names")
        if isinstance(names, list) and len(names) > MAX_CHANNELS:
            raise ReadError(
                f"{where}.axes.{index}.channel_names are {len(names)} channels, {TOO_MUCH}"
            )


def _check_counts(tensor: Tensor, where: str) -> None:
    """Refuse a tensor of format 0.4 that has sizes for more or fewer axes than it names."""
    axes, shape = tensor.get("axes"), tensor.get("shape")
    if not isinstance(axes, str):
        return
    listed = shape if isinstance(shape, Mapping) else {"sizes": shape}
    keys = ("sizes", "min", "step", "scale", "offset")
    for what, values in [*((key, listed.get(key)) for key in keys), ("halo", tensor.get("halo"))]:
        if isinstance(values, list) and len(values) != len(axes):
            raise ReadError(
                f"{where} has {len(axes)} axes ({axes[:40]}), but {what} for {len(values)}."
            )


def _refuse_rings(tensors: Sequence[Tensor], source: str) -> None:
    """Refuse sizes that depend on each other in a ring."""
    refers = dict(pair for tensor in tensors for pair in _references(tensor))
    ending: set[str] = set()
    for start, following in refers.items():
        path, now = {start: None}, following
        while now in refers and now not in ending:
            if now in path:
                ring = " → ".join([*list(path)[list(path).index(now) :], now])
                raise ReadError(
                    f"{source}: a size refers to itself ({ring[:200]}), so there is none. Let it "
                    "refer to an input."
                )
            path[now] = None
            now = refers[now]
        ending |= path.keys()


def _references(tensor: Tensor) -> Iterator[tuple[str, str]]:
    """Yield of what a tensor's shape, or the size of one of its axes, depends on what."""
    shape, name, axes = tensor.get("shape"), tensor.get("name"), tensor.get("axes")
    if isinstance(shape, Mapping) and shape.get("reference_tensor") is not None:
        yield str(name), _referred(shape)[0]
    for axis in _mappings(axes):
        size = axis.get("size")
        if isinstance(size, Mapping) and size.get("axis_id") is not None:
            there = size.get("tensor_id") or tensor.get("id")
            own = axis.get("id") or axis.get("type")
            yield f"{tensor.get('id')}.{own}", f"{there}.{size['axis_id']}"


def _size_of(tensor: Tensor, letter: str, named: Mapping[str, Tensor]) -> float:
    """Return the smallest size along one axis of a tensor of format 0.4; 0 where it says none."""
    axes, shape = tensor.get("axes"), tensor.get("shape")
    if not isinstance(axes, str) or letter not in axes:
        return 0
    index = axes.index(letter)
    if not isinstance(shape, Mapping):
        return _at(shape, index)
    if shape.get("reference_tensor") is None:
        return _at(shape.get("min"), index)
    name, other = _referred(shape)
    size = _size_of(named.get(name, {}), other or letter, named)
    return _at(shape.get("scale"), index) * size + 2 * _at(shape.get("offset"), index)


def _referred(shape: Mapping[str, Any]) -> tuple[str, str]:
    """Return the tensor that a shape of format 0.4 refers to, and the axis of it: ``raw.y``.

    Where no axis is named, which is usual, it is the one of the same letter.
    """
    name, _, axis = str(shape["reference_tensor"]).partition(".")
    return name, axis


def _shown(number: float) -> str:
    """Return a large number as one reads it, and rounded only where it is beyond reading."""
    return f"{number:.0f}" if abs(number) < READABLE else f"{number:.3g}"


def _at(values: Any, index: int) -> float:
    """Return one number of a list; 0 where there is none."""
    found = values[index] if isinstance(values, list) and index < len(values) else 0
    return found if isinstance(found, int | float) and math.isfinite(found) else 0
