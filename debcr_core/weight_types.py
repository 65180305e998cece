"""Which tensors of a file can become a network's weights, before anything is computed of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

REAL = ("float16", "bfloat16", "float32", "float64")
WHOLE = ("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64")
NAMED = 3
"""Tensors that a sentence names."""


def misfit(tensors: Mapping[str, torch.Tensor], expected: Mapping[str, torch.Tensor]) -> str:
    """Return why a state dict cannot stand for another; empty if it can.

    Parameters
    ----------
    tensors : mapping of str to torch.Tensor
        The state dict, of a file.
    expected : mapping of str to torch.Tensor
        That of the network.

    Examples
    --------
    >>> import torch
    >>> misfit({"a.weight": torch.ones(2)}, {"a.weight": torch.ones(3)})
    'a.weight has shape (2,) instead of (3,)'
    """
    given, wanted = set(tensors), set(expected)
    about_biases = _about_biases(given, wanted)
    # Of two networks of which one has no biases, a single sentence counts them.
    told = biases(given ^ wanted) if about_biases else set[str]()
    faults = [
        *(f"{key} is missing" for key in wanted - given - told),
        *(f"{key} is unknown" for key in given - wanted - told),
        *(
            f"{key} {fault}"
            for key in wanted & given
            if (fault := unfit(tensors[key], expected[key]))
        ),
    ]
    # Of a tensor that does not fit nothing is computed: its shape may be absurd.
    if not faults and not about_biases:
        faults = [f"{key} holds NaN" for key, tensor in tensors.items() if has_nan(tensor)]
    more = f" and {len(faults) - NAMED} more" if len(faults) > NAMED else ""
    return "; ".join([*about_biases, *sorted(faults)[:NAMED]]) + more


def _about_biases(given: set[str], wanted: set[str]) -> list[str]:
    """Return the sentence where only one of two networks has biases, else nothing."""
    if lacks_biases(given, wanted):
        count = len(biases(wanted))
        return [f"they are of a network without biases, and this one has {count}"]
    if lacks_biases(wanted, given):
        return [f"they hold {len(biases(given))} biases, and this network has none"]
    return []


def lacks_biases(names: Iterable[str], others: Iterable[str]) -> bool:
    """Say whether a state dict is like another, but without any biases.

    Examples
    --------
    >>> lacks_biases(["first.weight"], ["first.weight", "first.bias"])
    True
    """
    shared = set(names) & set(others)
    return bool(shared and biases(others) and not biases(names))


def biases(names: Iterable[str]) -> set[str]:
    """Return which tensors of a state dict are the constants that layers add.

    Examples
    --------
    >>> biases(["first.weight", "first.bias"])
    {'first.bias'}
    """
    return {name for name in names if name.rpartition(".")[2] == "bias"}


def unfit(given: torch.Tensor, expected: torch.Tensor) -> str:
    """Return why a tensor cannot stand for another; empty if it can.

    Real numbers stand for real ones and whole numbers for whole ones, of however many bits. Eight
    bits are no real number: such a tensor needs a scale, which is not here.

    Examples
    --------
    >>> import torch
    >>> unfit(torch.ones(2, dtype=torch.float16), torch.ones(2))
    ''
    >>> unfit(torch.ones(2, dtype=torch.int64), torch.ones(2))
    'holds numbers of type int64 instead of float32'
    """
    import torch

    if given.is_quantized:
        return "is quantised"
    if given.is_nested or given.is_meta or given.layout is not torch.strided:
        return "is no plain tensor: it is nested, sparse or without content"
    found, wanted = type_name(given), type_name(expected)
    alike = any(found in kind and wanted in kind for kind in (REAL, WHOLE))
    if found != wanted and not alike:
        return f"holds numbers of type {found} instead of {wanted}"
    if given.shape != expected.shape:
        return f"has shape {tuple(given.shape)} instead of {tuple(expected.shape)}"
    return ""


def has_nan(tensor: torch.Tensor) -> bool:
    """Say whether a tensor of real numbers holds NaN or infinite ones; others cannot."""
    import torch

    return type_name(tensor) in REAL and not bool(torch.isfinite(tensor).all())


def type_name(tensor: torch.Tensor) -> str:
    """Return a tensor's type as numpy would call it: ``float32``."""
    return str(tensor.dtype).removeprefix("torch.")
