"""The tiles that cost least within a budget of memory: what follows from network and image alone.

Never from memory that is free just now: whoever divides the work must come to the same tiles.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import ceil, lcm, prod

from debcr_core.signature import Footprint
from debcr_core.tile_axis import round_up, valid_size

ALIGNED = (256, 64, 1)
"""What tiles serve along y and x is a multiple of the first of these, in pixels, that costs no more
than `WORTH` times the best: outputs are stored in chunks of 256×256, and one that two tiles share
is computed or written twice."""
WORTH = 1.2


@dataclass(frozen=True)
class Cut:
    """How one axis is divided.

    Attributes
    ----------
    size : int
        Pixels of the image.
    tile : int
        Pixels that a tile reads.
    step : int
        Pixels that a tile serves; the last one may serve fewer.
    margin : int
        Pixels that a tile reads beyond what it serves.
    stride : int
        Tiles start at multiples of it.
    """

    size: int
    tile: int
    step: int
    margin: int
    stride: int

    @property
    def count(self) -> int:
        """How many tiles there are."""
        return ceil(self.size / self.step)

    @property
    def computed(self) -> int:
        """How many pixels all tiles read."""
        return self.tile * self.count

    def parts(self) -> Iterator[tuple[slice, slice]]:
        """Yield what each tile reads and serves.

        The first reads from the image's start on, the last up to its end: less than a stride beyond
        it, where the tiles do not fit.
        """
        last = round_up(max(self.size - self.tile, 0), self.stride)
        for begin in range(0, self.size, self.step):
            start = max(min(begin - self.margin, last), 0)
            serve = slice(begin, min(begin + self.step, self.size))
            yield slice(start, start + self.tile), serve


def cheapest(
    shape: Sequence[int], margins: Sequence[int], footprint: Footprint, pixels: int
) -> tuple[Cut, ...] | None:
    """Return how each axis is divided so that the least is computed.

    Parameters
    ----------
    shape : sequence of int
        Pixels of the image per axis; the last two are y and x.
    margins : sequence of int
        What tiles read beyond what they serve, per axis: multiples of the stride.
    footprint : Footprint
        What the network asks of its tiles; sizes other than one.
    pixels : int
        The most that a tile may read.

    Returns
    -------
    tuple of Cut or None
        None where no tile is small enough.
    """
    whole = tuple(map(_whole, shape, margins, footprint.stride, footprint.min_size))
    if _computed(whole) <= pixels:
        return whole
    found = [
        cuts
        for side in ALIGNED
        if (cuts := _aligned(shape, margins, footprint, pixels, side)) is not None
    ]
    least = min(map(_computed, found), default=0)
    return next((cuts for cuts in found if _computed(cuts) <= WORTH * least), None)


def _computed(cuts: Sequence[Cut]) -> int:
    return prod(cut.computed for cut in cuts)


def _aligned(
    shape: Sequence[int], margins: Sequence[int], footprint: Footprint, pixels: int, side: int
) -> tuple[Cut, ...] | None:
    """Return the best where what tiles serve along y and x is a multiple of `side`."""
    sides = [1] * max(len(shape) - 2, 0) + [side] * min(len(shape), 2)
    steps = map(lcm, footprint.stride, sides)
    ways = list(map(_ways, shape, margins, footprint.stride, footprint.min_size, steps))
    *others, last = ways
    best: tuple[tuple[int, int], tuple[Cut, ...]] | None = None
    sizes = [cut.tile for cut in last]
    for lead in product(*others):
        room = pixels // prod(cut.tile for cut in lead)
        place = bisect_right(sizes, room)
        if place:
            # Larger tiles cost less: `_ways` leaves out what does not.
            cuts = (*lead, last[place - 1])
            cost = _computed(cuts), prod(cut.count for cut in cuts)
            if best is None or cost < best[0]:
                best = cost, cuts
    return best and best[1]


def _whole(size: int, margin: int, stride: int, smallest: int) -> Cut:
    """Return an axis that is not divided."""
    return Cut(size, valid_size(size, smallest, stride), size, margin, stride)


def _ways(size: int, margin: int, stride: int, smallest: int, aligned: int) -> list[Cut]:
    """Return the ways to divide an axis, from the smallest tiles to a single one.

    Those are left out beside which others have smaller tiles and compute no more.
    """
    whole = _whole(size, margin, stride, smallest)
    counts = range(2, ceil(size / aligned) + 1)
    steps = {round_up(ceil(size / count), aligned) for count in counts}
    several = [
        Cut(size, valid_size(_needed(size, step, margin), smallest, stride), step, margin, stride)
        for step in steps
        if step < size
    ]
    kept: list[Cut] = []
    for cut in sorted([*several, whole], key=lambda cut: (cut.tile, cut.computed)):
        if cut.tile <= whole.tile and (not kept or cut.computed < kept[-1].computed):
            kept.append(cut)
    return kept


def _needed(size: int, step: int, margin: int) -> int:
    """Return how many pixels each tile must read at least."""
    neighbours = 1 if size <= 2 * step else 2
    return step + neighbours * margin
