"""The parts of an image that a network sees at once: planes of a stack, volumes of a film."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING

from debcr_core.components import Position

if TYPE_CHECKING:
    import xarray as xr


def frame_positions(
    image: xr.DataArray, axes: str, within: Mapping[str, slice] | None = None
) -> Iterator[Position]:
    """Yield where each of these parts is: a slice along `axes`, an index along all other dims.

    Parameters
    ----------
    image : xarray.DataArray
        With dims out of ``t c z y x``.
    axes : str
        Axes that are seen at once.
    within : mapping of str to slice, optional
        Indices of interest along some of the other dims; by default all.
    """
    ranges: list[Iterable[int | slice]] = [
        [slice(0, size)]
        if dim in tuple(axes)
        else range(*(within or {}).get(str(dim), slice(None)).indices(size))
        for dim, size in image.sizes.items()
    ]
    for parts in product(*ranges):
        yield dict(zip(map(str, image.dims), parts, strict=True))
