"""Tiles are joined by their weighted means, summed in double precision."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from debcr_core.flow.joining import Grid, extent
from debcr_core.signature import Footprint
from debcr_plugins.blenders.crop import Crop
from debcr_plugins.blenders.hann import Hann
from debcr_plugins.tilers.halo_grid import HaloGrid
from debcr_plugins.tilers.overlap_grid import OverlapGrid

SHAPE = (24, 40)


def outputs(grid: Grid) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    drawn = [rng.normal(size=(2, *extent(tile.read))).astype(np.float32) for tile in grid.tiles]
    for values in drawn:
        values[np.abs(values) < 0.1] = -0.0
    return drawn


def means(grid: Grid, of_tiles: list[np.ndarray]) -> np.ndarray:
    total, weight = np.zeros((2, *SHAPE)), np.zeros(SHAPE)
    for tile, values in zip(grid.tiles, of_tiles, strict=True):
        share = grid.blender.weights(extent(tile.serve), tile.overlap)
        inner = tuple(
            slice(serve.start - read.start, serve.stop - read.start)
            for serve, read in zip(tile.serve, tile.read, strict=True)
        )
        total[:, *tile.serve] += share * values[:, *inner]
        weight[tile.serve] += share
    return (total / weight).astype(np.float32)


@pytest.mark.parametrize(
    ("tiler", "blender"),
    [(HaloGrid(tile=16, halo=4), Crop()), (OverlapGrid(tile=16), Hann())],
    ids=["each pixel of one tile", "means"],
)
@pytest.mark.parametrize("steps", [(24, 40), (8, 8), (5, 7)])
def test_any_division_gives_the_bytes_of_the_means(tiler, blender, steps):
    grid = Grid.of(tiler, blender, SHAPE, Footprint((4, 4), (8, 8), (4, 4)))
    of_tiles = outputs(grid)
    expected = means(grid, of_tiles)
    for start in product(*(range(0, n, step) for n, step in zip(SHAPE, steps, strict=True))):
        corners = zip(start, steps, SHAPE, strict=True)
        part = tuple(slice(a, min(a + step, size)) for a, step, size in corners)
        joined = grid.join(part, of_tiles.__getitem__)
        assert joined.tobytes() == expected[:, *part].tobytes()
