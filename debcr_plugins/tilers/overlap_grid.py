"""Tiles that overlap and are blended."""

from __future__ import annotations

from itertools import product

from pydantic import Field

from debcr_core.components import Tile, Tiler
from debcr_core.hookspecs import hookimpl
from debcr_core.signature import Footprint
from debcr_core.tile_axis import round_up, tile_shape, tile_starts
from debcr_plugins.tilers.per_axis import PositivePerAxis, per_axis

Part = tuple[slice, slice, tuple[int, int]]


class OverlapGrid(Tiler):
    """Let neighbouring tiles overlap, for a blender to weigh them against each other.

    For networks that look farther than a halo can cover, or whose tiles differ in brightness.
    """

    name = "overlap-grid"

    tile: PositivePerAxis | None = Field(
        None,
        description="Side of a tile in pixels: one number, or one for each axis; by default 256 "
        "in 2-D and 64 in 3-D.",
        json_schema_extra={"unit": "pixels"},
    )
    overlap: float = Field(
        0.25, ge=0, le=0.9, description="Share of the tile's side that neighbours have in common."
    )

    def grid(self, shape: tuple[int, ...], footprint: Footprint) -> list[Tile]:
        """Return the tiles (see `Tiler.grid`)."""
        default = 64 if len(shape) == 3 else 256
        wanted = per_axis("tile", default if self.tile is None else self.tile, len(shape))
        axes = map(self._axis, shape, tile_shape(shape, wanted, footprint), footprint.stride)
        return [
            Tile(
                tuple(read for read, _, _ in parts),
                tuple(serve for _, serve, _ in parts),
                tuple(overlap for _, _, overlap in parts),
            )
            for parts in product(*axes)
        ]

    def _axis(self, size: int, tile: int, stride: int) -> list[Part]:
        """Return what the tiles along one axis read, serve and have in common."""
        if tile >= size:
            return [(slice(0, tile), slice(0, size), (0, 0))]
        step = min(round_up(tile - int(tile * self.overlap), stride), tile // stride * stride)
        serves = [
            slice(begin, min(begin + tile, size)) for begin in tile_starts(size, tile, step, stride)
        ]
        ends = [0, *(serve.stop for serve in serves)]
        begins = [*(serve.start for serve in serves[1:]), size]
        return [
            (
                slice(serve.start, serve.start + tile),
                serve,
                (end - serve.start, serve.stop - begin),
            )
            for serve, end, begin in zip(serves, ends, begins, strict=False)
        ]


@hookimpl
def debcr_tilers() -> list[type[Tiler]]:
    """Offer the tiler."""
    return [OverlapGrid]
