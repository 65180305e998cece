"""Sizes at which tiled and whole are compared."""

from __future__ import annotations

from debcr_core.tile_axis import round_up, valid_size

Sides = tuple[int, ...]

TILES = 3
"""Tiles along each axis of the image."""


def tile_and_whole(least: Sides, halo: Sides, stride: Sides) -> tuple[Sides, Sides]:
    """Return the size of small tiles, and that of an image of a few of them, on the grid.

    Parameters
    ----------
    least, halo, stride : tuple of int
        What the network accepts and needs, for each spatial axis, in pixels.
    """
    tile = tuple(
        valid_size(4 * margin, size, step)
        for size, margin, step in zip(least, halo, stride, strict=True)
    )
    whole = tuple(
        size + (TILES - 1) * round_up(size - 2 * margin, step)
        for size, margin, step in zip(tile, halo, stride, strict=True)
    )
    return tile, whole
