"""The part of a plane that a preview shows, with what of it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from debcr_core.component import Floats
from napari_adapter.preview.cells import Cell, bounding


class Sheet:
    """Pixels of some cells in one plane of the result; NaN where they are still to come.

    Parameters
    ----------
    dims : sequence of str
        Of the result.
    plane : mapping of str to int
        The plane's index, for all dims but the two that are displayed.
    cells : sequence of tuple
        What it covers.

    Attributes
    ----------
    pixels : numpy.ndarray
        float32, two axes in the order of `dims`.
    start : dict of str to int
        Where it begins, for each of the `dims`.
    painted : set of tuple
        The cells that are there.
    """

    def __init__(
        self, dims: Sequence[str], plane: Mapping[str, int], cells: Sequence[Cell]
    ) -> None:
        self.plane, self.painted = dict(plane), set[Cell]()
        self._bounds = dict(zip(dims, bounding(cells), strict=True))
        self._dims = list(dims)
        self.start = {dim: self.plane.get(dim, self._bounds[dim][0]) for dim in dims}
        shape = [high - low for dim, (low, high) in self._bounds.items() if dim not in plane]
        self.pixels: Floats = np.full(shape, np.nan, np.float32)

    def suits(self, plane: Mapping[str, int], cells: Sequence[Cell]) -> bool:
        """Say whether it shows this plane, and exactly what some cells cover."""
        return plane == self.plane and self._bounds == dict(
            zip(self._dims, bounding(cells), strict=True)
        )

    def take_over(self, other: Sheet) -> None:
        """Paint what another sheet of the same result and plane has."""
        if other.plane != self.plane:
            return
        bounds = [(part, other._bounds[dim]) for dim, part in self._bounds.items()]
        shared = [(max(a[0], b[0]), min(a[1], b[1])) for a, b in bounds]
        if any(low >= high for low, high in shared):
            return
        spans = [
            (dim, slice(low, high))
            for (dim, _), (low, high) in zip(self._bounds.items(), shared, strict=True)
            if dim not in self.plane
        ]
        here = tuple(_shifted(span, self.start[dim]) for dim, span in spans)
        self.pixels[here] = other.pixels[
            tuple(_shifted(span, other.start[dim]) for dim, span in spans)
        ]
        self.painted |= {cell for cell in other.painted if self._holds(cell)}

    def _holds(self, cell: Cell) -> bool:
        return all(
            outer[0] <= inner[0] and inner[1] <= outer[1]
            for outer, inner in zip(self._bounds.values(), cell, strict=True)
        )

    def paint(self, cell: Cell, pixels: Floats) -> None:
        """Fill in a cell; what of it lies outside is left out."""
        source: list[int | slice] = []
        target: list[slice] = []
        for dim, (low, high) in zip(self._dims, cell, strict=True):
            if dim in self.plane:
                source.append(self.plane[dim] - low)
                continue
            first, last = max(low, self._bounds[dim][0]), min(high, self._bounds[dim][1])
            if first >= last:
                return
            source.append(slice(first - low, last - low))
            target.append(slice(first - self.start[dim], last - self.start[dim]))
        self.pixels[tuple(target)] = pixels[tuple(source)]
        self.painted.add(cell)


def _shifted(span: slice, start: int) -> slice:
    return slice(span.start - start, span.stop - start)
