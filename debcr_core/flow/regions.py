"""Regions of an image, as people ask for them: ``y=0:512,x=100:300``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from debcr_core.components import Region
from debcr_core.errors import UsageError, nearest

if TYPE_CHECKING:
    import xarray as xr

Wanted = str | Mapping[str, slice]
"""``"y=0:512"`` or ``{"y": slice(0, 512)}``."""


def settled_region(wanted: Wanted | None, template: xr.DataArray) -> Region:
    """Return a slice with both ends for each dim of an image.

    Parameters
    ----------
    wanted : str, mapping of str to slice, or None
        As text, or by dim; whole along those that are left out.
    template : xarray.DataArray
        The image.

    Raises
    ------
    UsageError
        If it cannot be understood, there is no such dim, or the range is empty, has a step, or is
        not inside the image.
    """
    dims = [str(dim) for dim in template.dims]
    by_dim = _by_dim(wanted)
    for dim in by_dim:
        if dim not in dims:
            raise UsageError(f'The region names the axis "{dim}". {nearest(str(dim), dims)}')
    return tuple(_bounds(dim, by_dim.get(dim), template.sizes[dim]) for dim in dims)


def _by_dim(wanted: Wanted | None) -> Mapping[str, slice]:
    if isinstance(wanted, str):
        return parse_region(wanted)
    if not isinstance(wanted, Mapping | None):
        raise UsageError(
            f"The region is {wanted!r}: give it as text, such as y=0:512,x=100:300, or as a "
            "mapping of axes to slices."
        )
    return wanted or {}


def _bounds(dim: str, part: slice | None, size: int) -> slice:
    if part is None:
        return slice(0, size)
    if not isinstance(part, slice) or part.step not in (None, 1):
        raise UsageError(
            f"The region has {dim}={_written(part)}: give a range without a step, such as {dim}=0:"
            f"{size}."
        )
    start, stop = part.start or 0, size if part.stop is None else part.stop
    if not 0 <= start < stop <= size:
        raise UsageError(
            f"The region has {dim}={_written(part)}, which is empty or not inside the image: "
            f"{dim} goes from 0 to {size}."
        )
    return slice(start, stop)


def _written(part: object) -> str:
    if not isinstance(part, slice):
        return str(part)
    ends = [part.start, part.stop, *([] if part.step is None else [part.step])]
    return ":".join("" if end is None else str(end) for end in ends)


def parse_region(text: str) -> dict[str, slice]:
    """Return the region that a text names.

    Examples
    --------
    >>> parse_region("y=0:512,x=100:")
    {'y': slice(0, 512, None), 'x': slice(100, None, None)}

    Raises
    ------
    UsageError
        If it cannot be understood.
    """
    found: dict[str, slice] = {}
    for word in text.split(","):
        dim, _, bounds = (side.strip() for side in word.partition("="))
        ends = bounds.split(":")
        try:
            numbers = [int(end) if end.strip() else None for end in ends]
        except ValueError:
            numbers = []
        if not dim or dim in found or len(numbers) not in (2, 3):
            raise UsageError(
                f'The region "{text}" should name ranges of axes, each once, such as '
                "y=0:512,x=100:300."
            )
        found[dim] = slice(*numbers)
    return found
