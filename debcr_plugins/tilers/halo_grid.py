"""Tiles that overlap by the network's halo, of which only the inside is kept."""

from __future__ import annotations

from itertools import pairwise, product

from pydantic import Field

from debcr_core.components import Tile, Tiler
from debcr_core.errors import UsageError
from debcr_core.hookspecs import hookimpl
from debcr_core.signature import Footprint
from debcr_plugins.tilers.axis import round_up, starts, tile_shape
from debcr_plugins.tilers.per_axis import (
    NotNegativePerAxis,
    PositivePerAxis,
    per_axis,
    written,
)


class HaloGrid(Tiler):
    """Cut off each tile's margin and join the insides; nothing overlaps, nothing is blended.

    Where the halo covers how far the network looks, the result equals that of the whole image at
    once. The default; overlapping tiles (`overlap-grid`) serve networks that look farther.
    """

    name = "halo-grid"

    tile: PositivePerAxis | None = Field(
        None,
        description="Side of a tile in pixels, its margins included: one number, or one for each "
        "axis; by default 512 in 2-D and 96 in 3-D.",
        json_schema_extra={"unit": "pixels"},
    )
    halo: NotNegativePerAxis | None = Field(
        None,
        description="Margin that is cut off, in pixels: one number, or one for each axis; by "
        "default the model's own.",
        json_schema_extra={"advanced": True, "unit": "pixels"},
    )

    def grid(self, shape: tuple[int, ...], footprint: Footprint) -> list[Tile]:
        """Return the tiles (see `Tiler.grid`)."""
        wanted = per_axis("tile", self._tile(len(shape)), len(shape))
        halo = footprint.halo if self.halo is None else per_axis("halo", self.halo, len(shape))
        margins = tuple(map(round_up, halo, footprint.stride))
        sizes = tile_shape(shape, wanted, footprint)
        steps = [
            (tile - 2 * margin) // stride * stride
            for tile, margin, stride in zip(sizes, margins, footprint.stride, strict=True)
        ]
        # What nobody asked for is told as it is.
        tiles = sizes if self.tile is None else wanted
        halos = margins if self.halo is None else halo
        for axis, (size, tile, step) in enumerate(zip(shape, sizes, steps, strict=True)):
            if tile < size and step <= 0:
                raise UsageError(
                    f"A tile of {_as_taken(tiles[axis], tile)} is used up by a "
                    f"halo of {_as_taken(halos[axis], margins[axis])} on each side: "
                    f"{self._advice(wanted, margins, footprint)}."
                )
        axes = map(_axis, shape, sizes, margins, steps, footprint.stride)
        nothing = tuple((0, 0) for _ in shape)
        return [
            Tile(tuple(read for read, _ in parts), tuple(serve for _, serve in parts), nothing)
            for parts in product(*axes)
        ]

    def _tile(self, axes: int) -> int | tuple[int, ...]:
        return (96 if axes == 3 else 512) if self.tile is None else self.tile

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
        return f"choose a larger tile, such as {written('tile', tile)}"


def _as_taken(asked: int, taken: int) -> str:
    """Say how many pixels were asked for, and how many this model makes of them."""
    return f"{taken} pixels" if asked == taken else f"{asked} pixels (for this model {taken})"


def _axis(size: int, tile: int, margin: int, step: int, stride: int) -> list[tuple[slice, slice]]:
    """Return what the tiles along one axis read and serve."""
    if tile >= size:
        return [(slice(0, tile), slice(0, size))]
    begins = starts(size, tile, step, stride)
    cuts = [0, *(begin + tile - margin for begin in begins[:-1]), size]
    return [
        (slice(begin, begin + tile), slice(low, high))
        for begin, (low, high) in zip(begins, pairwise(cuts), strict=True)
    ]


@hookimpl
def debcr_tilers() -> list[type[Tiler]]:
    """Offer the tiler."""
    return [HaloGrid]
