"""Tiles that overlap by the network's halo, of which only the inside is kept."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product
from math import prod
from typing import Self

from pydantic import Field

from debcr_core.components import Tile, Tiler
from debcr_core.errors import DebcrWarning, UsageError
from debcr_core.hookspecs import hookimpl
from debcr_core.signature import Footprint
from debcr_core.tile_axis import round_up, tile_shape, tile_starts
from debcr_plugins.tilers.choosing import Cut, cheapest
from debcr_plugins.tilers.per_axis import (
    NotNegativePerAxis,
    PositivePerAxis,
    per_axis,
    written,
)

GIB = 2**30
LITTLE = 5
"""Each pixel may be computed so many times before that is said."""


class HaloGrid(Tiler):
    """Cut off each tile's margin and join the insides; nothing overlaps, nothing is blended.

    Where the halo covers how far the network looks, the result equals that of the whole image at
    once. The default; overlapping tiles (`overlap-grid`) serve networks that look farther.

    With `tile` left out, tiles are chosen so that the least is computed within `memory`: as few and
    as large as it allows, a whole image where it can be. What they serve are whole chunks of 256
    (64) pixels along y and x where that costs little. The choice follows from the network, the
    image's shape and `memory` alone.
    """

    name = "halo-grid"

    tile: PositivePerAxis | None = Field(
        None,
        description="Side of a tile in pixels, its margins included: one number, or one for each "
        "axis; by default chosen so that the least is computed.",
        json_schema_extra={"unit": "pixels"},
    )
    halo: NotNegativePerAxis | None = Field(
        None,
        description="Margin that is cut off, in pixels: one number, or one for each axis; by "
        "default the model's own.",
        json_schema_extra={"advanced": True, "unit": "pixels"},
    )
    memory: float = Field(
        2.0,
        ge=0.001,
        le=1024,
        description="Memory that computing a tile may take, about, where tile is left out.",
        json_schema_extra={"advanced": True, "unit": "GiB"},
    )

    def grid(self, shape: tuple[int, ...], footprint: Footprint) -> list[Tile]:
        """Return the tiles (see `Tiler.grid`)."""
        if self._chooses(footprint):
            axes = [list(cut.parts()) for cut in self._chosen(shape, footprint)]
        else:
            axes = list(self._asked(shape, footprint))
        nothing = tuple((0, 0) for _ in shape)
        return [
            Tile(tuple(read for read, _ in parts), tuple(serve for _, serve in parts), nothing)
            for parts in product(*axes)
        ]

    def remarks(self, shape: tuple[int, ...], footprint: Footprint) -> tuple[DebcrWarning, ...]:
        """Say what costs much or shows seams (see `Tiler.remarks`)."""
        found = (self._small_halo(shape, footprint), self._wasteful(shape, footprint))
        return tuple(remark for remark in found if remark is not None)

    def smaller(self, shape: tuple[int, ...], footprint: Footprint) -> Self | None:
        """Return the same with half the memory that the tiles take now (see `Tiler.smaller`).

        None where those would be little but halo.
        """
        if not self._chooses(footprint):
            return None
        pixels = prod(cut.tile for cut in self._chosen(shape, footprint)) // 2
        cuts = cheapest(shape, self._margins(footprint), footprint, pixels)
        if cuts is None or prod(cut.computed for cut in cuts) > LITTLE * prod(shape):
            return None
        return self.model_copy(update={"memory": pixels * footprint.memory / GIB})

    def _chooses(self, footprint: Footprint) -> bool:
        """Say whether the tiles are to be chosen, rather than asked for."""
        return self.tile is None and footprint.fixed_size is None

    def _pixels(self, footprint: Footprint) -> int:
        """Return how many pixels a tile may have."""
        return int(self.memory * GIB / footprint.memory)

    def _margins(self, footprint: Footprint) -> tuple[int, ...]:
        """Return the halo as it is cut off: rounded up to the stride."""
        axes = len(footprint.stride)
        halo = footprint.halo if self.halo is None else per_axis("halo", self.halo, axes)
        return tuple(map(round_up, halo, footprint.stride))

    def _chosen(self, shape: tuple[int, ...], footprint: Footprint) -> tuple[Cut, ...]:
        margins, pixels = self._margins(footprint), self._pixels(footprint)
        cuts = cheapest(shape, margins, footprint, pixels)
        if cuts is not None:
            return cuts
        enough = self.memory
        while cheapest(shape, margins, footprint, int(enough * GIB / footprint.memory)) is None:
            enough *= 2
        raise UsageError(
            f"A memory of {self.memory:g} GiB is enough for tiles of {pixels} pixels, and those "
            f"are used up by a halo of {'×'.join(map(str, margins))} pixels on each side: allow "
            f"more, such as memory={enough:.2g}."
        )

    def _asked(
        self, shape: tuple[int, ...], footprint: Footprint
    ) -> Iterator[list[tuple[slice, slice]]]:
        """Yield, per axis, what tiles of the wanted size read and serve."""
        fixed = footprint.fixed_size or ()
        wanted = per_axis("tile", fixed if self.tile is None else self.tile, len(shape))
        margins = self._margins(footprint)
        sizes = tile_shape(shape, wanted, footprint)
        # What nobody asked for is told as it is.
        tiles = sizes if self.tile is None else wanted
        halos = margins if self.halo is None else per_axis("halo", self.halo, len(shape))
        for axis, (size, tile, margin, stride) in enumerate(
            zip(shape, sizes, margins, footprint.stride, strict=True)
        ):
            step = (tile - 2 * margin) // stride * stride
            if tile < size and step <= 0:
                raise UsageError(
                    f"A tile of {_as_taken(tiles[axis], tile)} is used up by a halo of "
                    f"{_as_taken(halos[axis], margin)} on each side: "
                    f"{self._advice(wanted, margins, footprint)}."
                )
            yield _axis(size, tile, margin, step, stride)

    def _advice(
        self, wanted: tuple[int, ...], margins: tuple[int, ...], footprint: Footprint
    ) -> str:
        """Say what would leave something of each tile."""
        if footprint.fixed_size is not None:
            rooms = [
                max((tile - stride) // (2 * stride) * stride, 0)
                for tile, stride in zip(footprint.fixed_size, footprint.stride, strict=True)
            ]
            return (
                "the model accepts this size only, so choose a smaller halo, such as "
                f"halo={min(rooms)}, or the tiler overlap-grid"
            )
        larger = tuple(max(tile, 4 * margin) for tile, margin in zip(wanted, margins, strict=True))
        tile = larger if isinstance(self.tile, tuple) else max(larger)
        return f"choose a larger tile, such as {written('tile', tile)}, or leave tile out"

    def _small_halo(self, shape: tuple[int, ...], footprint: Footprint) -> DebcrWarning | None:
        """Say that a halo is below the network's own, where tiles meet."""
        if self.halo is None:
            return None
        halo = per_axis("halo", self.halo, len(shape))
        sizes = _sizes(self.grid(shape, footprint)[0])
        meet = [tile < size for tile, size in zip(sizes, shape, strict=True)]
        if not any(m and h < o for m, h, o in zip(meet, halo, footprint.halo, strict=True)):
            return None
        return DebcrWarning(
            f"A halo of {_times(halo)} pixels is less than the model needs "
            f"({_times(footprint.halo)}): seams may show where tiles meet.",
            "small-halo",
            advice="Leave halo out.",
        )

    def _wasteful(self, shape: tuple[int, ...], footprint: Footprint) -> DebcrWarning | None:
        """Say that tiles which were asked for are little but halo."""
        own = self.model_copy(update={"tile": None})
        if self.tile is None or not own._chooses(footprint):
            return None
        tiles = self.grid(shape, footprint)
        computed = len(tiles) * prod(_sizes(tiles[0]))
        if computed <= LITTLE * prod(shape):
            return None
        cuts = cheapest(shape, self._margins(footprint), footprint, self._pixels(footprint))
        best = prod(cut.computed for cut in cuts) if cuts else computed
        if computed <= 2 * best:
            return None
        return DebcrWarning(
            f"Tiles of {_times(_sizes(tiles[0]))} pixels are little but halo: each pixel is "
            f"computed {computed / prod(shape):.3g} times, or {best / prod(shape):.2g} times with "
            "tiles that are chosen by themselves.",
            "tiles",
            advice="Leave tile out.",
        )


def _sizes(tile: Tile) -> tuple[int, ...]:
    """Return how many pixels a tile reads along each axis."""
    return tuple(part.stop - part.start for part in tile.read)


def _times(sizes: tuple[int, ...]) -> str:
    return "×".join(map(str, sizes))


def _as_taken(asked: int, taken: int) -> str:
    """Say how many pixels were asked for, and how many this model makes of them."""
    return f"{taken} pixels" if asked == taken else f"{asked} pixels (for this model {taken})"


def _axis(size: int, tile: int, margin: int, step: int, stride: int) -> list[tuple[slice, slice]]:
    """Return what the tiles along one axis read and serve."""
    if tile >= size:
        return [(slice(0, tile), slice(0, size))]
    begins = tile_starts(size, tile, step, stride)
    cuts = [0, *(begin + tile - margin for begin in begins[:-1]), size]
    return [
        (slice(begin, begin + tile), slice(low, high))
        for begin, (low, high) in zip(begins, pairwise(cuts), strict=True)
    ]


@hookimpl
def debcr_tilers() -> list[type[Tiler]]:
    """Offer the tiler."""
    return [HaloGrid]
