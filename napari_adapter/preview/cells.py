"""What is computed at once for a preview: as much of the result as costs no tile twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.component import Array
from napari_adapter.preview.sight import Sight

if TYPE_CHECKING:
    from debcr_core.flow.plan import Plan

Bounds = tuple[int, int]
Cell = tuple[Bounds, ...]
"""First index and the one after the last, for each dim of the result."""

WIDEST = 2048
"""Pixels along each displayed axis, around the view's centre, within which anything is computed."""


class Cells:
    """The cells of a plan, and which of them are seen.

    Along the axes that the network sees at once, a cell is what one tile serves: a network of
    volumes makes all planes of a cell together, whichever of them is shown. Along the others it is
    a single index.

    Parameters
    ----------
    plan : Plan
        Of the whole image.
    """

    def __init__(self, plan: Plan) -> None:
        self._signature = plan.network.signature
        self._dims = [str(dim) for dim in plan.template.dims]
        self._sizes = {str(dim): size for dim, size in plan.template.sizes.items()}
        self._divides_c = "c" in plan.image.dims
        self._cuts = dict(zip(self._signature.spatial_axes, _cuts(plan), strict=True))

    def seen(self, sight: Sight) -> list[Cell]:
        """Return the cells in the window, those nearest to its centre first."""
        axes = [list(self._along(dim, sight)) for dim in self._dims]
        places = [self._dims.index(letter) for letter in sight.displayed]
        found = []
        for cell in product(*axes):
            low, high = np.array([cell[place] for place in places]).T
            if sight.sees(low, high):
                found.append((_distances(low, high, sight.centre), cell))
        return [cell for _, cell in sorted(found)]

    def plane(self, sight: Sight) -> dict[str, int]:
        """Return which index of the result is shown along each dim that is not displayed."""
        return {dim: self._shown(dim, sight) for dim in self._dims if dim not in sight.displayed}

    def _along(self, dim: str, sight: Sight) -> Iterator[Bounds]:
        low, high = self._span(dim, sight)
        if dim in self._cuts:
            yield from (cut for cut in self._cuts[dim] if cut[0] < high and cut[1] > low)
        elif dim == "c" and low < high:
            yield self._channels(low)
        else:
            yield from ((index, index + 1) for index in range(low, high))

    def _span(self, dim: str, sight: Sight) -> Bounds:
        """Return the indices that are seen along a dim."""
        if dim not in sight.displayed:
            shown = self._shown(dim, sight)
            return shown, shown + 1
        axis = sight.displayed.index(dim)
        edges = np.clip(sight.corners[:, axis], *(sight.centre[axis] + [-WIDEST / 2, WIDEST / 2]))
        low, high = np.floor(edges.min() + 0.5), np.ceil(edges.max() + 0.5)
        return max(int(low), 0), min(int(high), self._sizes[dim])

    def _shown(self, dim: str, sight: Sight) -> int:
        index = sight.at.get(dim, 0)
        if dim != "c" or self._signature.keeps_channels:
            return index
        # Of several channels that the network makes of one, the first.
        return index * len(self._signature.channels_out) if self._each_channel else 0

    @property
    def _each_channel(self) -> bool:
        return self._divides_c and "c" not in self._signature.axes

    def _channels(self, shown: int) -> Bounds:
        """Return the channels that the network makes together with one of them."""
        if not self._each_channel:
            return 0, self._sizes["c"]
        made = len(self._signature.channels_out)
        return shown // made * made, (shown // made + 1) * made


def bounding(cells: Sequence[Cell]) -> Cell:
    """Return the smallest cell that holds some cells."""
    bounds = np.array(cells)
    return tuple(
        (int(low), int(high))
        for low, high in zip(bounds[:, :, 0].min(0), bounds[:, :, 1].max(0), strict=True)
    )


def _cuts(plan: Plan) -> list[list[Bounds]]:
    """Return, per axis that is tiled, the image divided into the sides of cells.

    Tiles that overlap serve each pixel several times: there, a cell spans as much as a tile, lest
    most of what is computed is thrown away.
    """
    grid = plan.grid
    middle = tuple(cuts[len(cuts) // 2] for cuts in grid.cuts)
    alone = len(grid.needed(middle)) == 1
    divided = []
    for cuts, tile, part in zip(grid.cuts, grid.tile_shape, middle, strict=True):
        together = 1 if alone else -(-tile // (part.stop - part.start))
        groups = [cuts[first : first + together] for first in range(0, len(cuts), together)]
        divided.append([(group[0].start, group[-1].stop) for group in groups])
    return divided


def _distances(low: Array, high: Array, centre: Array) -> tuple[float, float]:
    """Return how far a rectangle and its middle are from a point, in pixels."""
    outside = np.maximum(np.maximum(low - 0.5 - centre, centre - high + 0.5), 0)
    return float(np.hypot(*outside)), float(np.hypot(*((low + high - 1) / 2 - centre)))
