"""Which tensors of a file can become a network's weights, before anything is computed of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

REAL = ("float16", "bfloat16", "float32", "float64")
WHOLE = ("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64")


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
