"""A result divided into blocks that can be computed and written in any order, by anyone.

Blocks lie on a regular grid, in C order, and are numbered from 0: a number is all that has to
travel to another process or machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, prod

import numpy as np

from debcr_core.component import Region
from debcr_core.flow.outline import Outline

FEW = 3
"""Tiles along an axis; so many are computed together rather than twice."""


@dataclass(frozen=True)
class Division:
    """Blocks of a result.

    Attributes
    ----------
    shape : tuple of int
        Of the result.
    block : tuple of int
        Pixels of a block per dim; those at the end may be smaller.

    Examples
    --------
    >>> division = Division((1, 1000, 700), (1, 512, 512))
    >>> len(division)
    4
    >>> division.region(3)
    (slice(0, 1, None), slice(512, 1000, None), slice(512, 700, None))
    """

    shape: tuple[int, ...]
    block: tuple[int, ...]

    @property
    def counts(self) -> tuple[int, ...]:
        """How many blocks there are along each dim."""
        return tuple(ceil(size / part) for size, part in zip(self.shape, self.block, strict=True))

    def __len__(self) -> int:
        return prod(self.counts)

    def region(self, number: int) -> Region:
        """Return which part of the result a block is."""
        place = np.unravel_index(number, self.counts)
        return tuple(
            slice(int(at) * part, min((int(at) + 1) * part, size))
            for at, part, size in zip(place, self.block, self.shape, strict=True)
        )


def divided(plan: Outline, shape: Sequence[int], piece: Sequence[int]) -> Division:
    """Return the blocks in which a plan is carried out: whole pieces of the output.

    A block is what one tile of the plan serves, in pieces, since tiles that it cuts are computed
    for each of its parts. Where tiles serve no whole pieces, as those of an image that needs few,
    it is the whole axis; along other axes it is a piece, or what the network makes at once.

    Parameters
    ----------
    plan : Outline
        Gives the tiles.
    shape : sequence of int
        Of the output: the whole result, or the region that is wanted of it.
    piece : sequence of int
        Pixels per dim that can be written by themselves (`Writer.piece`).
    """
    signature = plan.network.signature
    steps = {
        axis: max(cut.stop - cut.start for cut in cuts)
        for axis, cuts in zip(signature.spatial_axes, plan.grid.cuts, strict=True)
    }
    steps["c"] = len(signature.channels_out)
    sides = (
        _rounded(steps.get(str(dim), 1), size, part)
        for dim, size, part in zip(plan.template.dims, shape, piece, strict=True)
    )
    return Division(tuple(shape), tuple(sides))


def _rounded(step: int, size: int, piece: int) -> int:
    """Return the nearest multiple of a piece, one at least, that is no more than is there.

    Where there are `FEW` steps or less, none is cut.
    """
    most = -(-size // piece) * piece
    if step > piece and step % piece and size <= FEW * step:
        return most
    return max(piece, min(round(step / piece) * piece, most))
