"""Cells are what costs no tile twice; those that are seen come in order, and are remembered."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("napari")

from debcr_core.flow.joining import Grid
from debcr_core.flow.restored_shape import restored_like
from debcr_core.image import make_image
from debcr_core.signature import Channel, Signature
from debcr_plugins.blenders.crop import Crop
from debcr_plugins.blenders.mean import Mean
from debcr_plugins.tilers.halo_grid import HaloGrid
from debcr_plugins.tilers.overlap_grid import OverlapGrid
from napari_adapter.preview.cells import Cells, bounding
from napari_adapter.preview.sheet import Sheet
from napari_adapter.preview.sight import Sight
from napari_adapter.preview.wanted import Remembered, Wanted

PLANES = Signature("yx", (8, 8), halo=(16, 16))


def plan_of(
    dims: str, shape: tuple[int, ...], signature: Signature, tiler: Any, blender: Any = None
) -> Any:
    """Return what cells look at of a plan, without a network."""
    image = make_image(np.zeros(shape, np.float32), dims)
    spatial = tuple(image.sizes[axis] for axis in signature.spatial_axes)
    return SimpleNamespace(
        network=SimpleNamespace(signature=signature),
        grid=Grid.of(tiler, blender or Crop(), spatial, signature.footprint),
        image=image,
        template=restored_like(image, signature),
    )


def window(low: tuple[float, float], high: tuple[float, float], **at: int) -> Sight:
    corners = [low, (low[0], high[1]), high, (high[0], low[1])]
    return Sight("yx", np.array(corners, float), at)


def test_a_cell_is_what_one_tile_serves() -> None:
    plan = plan_of("yx", (200, 200), PLANES, HaloGrid(tile=96))
    cells = Cells(plan).seen(window((0, 0), (199, 199)))
    assert sum((y[1] - y[0]) * (x[1] - x[0]) for y, x in cells) == 200 * 200
    for y, x in cells:
        assert len(plan.grid.needed((slice(*y), slice(*x)))) == 1


def test_where_tiles_overlap_a_cell_is_as_large_as_a_tile() -> None:
    plan = plan_of("yx", (400, 400), PLANES, OverlapGrid(tile=96, overlap=0.5), Mean())
    cells = Cells(plan).seen(window((0, 0), (399, 399)))
    tiles = sum(len(plan.grid.needed((slice(*y), slice(*x)))) for y, x in cells)
    assert [high - low for low, high in cells[0]] == [96, 96]
    # Nine tiles for 96² pixels; cells of 48², where one tile begins, take four each: sixteen.
    assert tiles / len(cells) <= 9


def test_cells_come_from_the_centre_outwards_and_none_that_is_not_seen() -> None:
    plan = plan_of("yx", (800, 800), PLANES, HaloGrid(tile=96))
    sight = window((100, 200), (400, 500))
    cells = Cells(plan).seen(sight)
    (first_y, first_x), middles = cells[0], [np.mean(cell, axis=1) for cell in cells]
    assert first_y[0] <= 250 < first_y[1]
    assert first_x[0] <= 350 < first_x[1]
    far = [np.abs(middle - sight.centre).max() for middle in middles]
    assert far[-1] == max(far)
    for y, x in cells:
        assert y[0] <= 400
        assert y[1] > 100
        assert x[0] <= 500
        assert x[1] > 200


def test_of_a_window_that_is_turned_the_corners_of_its_box_are_not_seen() -> None:
    plan = plan_of("yx", (800, 800), PLANES, HaloGrid(tile=96))
    corners = np.array([(400, 100), (700, 400), (400, 700), (100, 400)], float)
    cells = Cells(plan).seen(Sight("yx", corners, {}))
    upright = Cells(plan).seen(window((100, 100), (700, 700)))
    assert set(cells) < set(upright)
    assert len(cells) < 0.75 * len(upright)


def test_a_large_view_is_computed_around_its_centre_only() -> None:
    plan = plan_of("yx", (9000, 9000), PLANES, HaloGrid(tile=512))
    bounds = bounding(Cells(plan).seen(window((0, 0), (8999, 8999))))
    for low, high in bounds:
        assert 2048 <= high - low <= 2048 + 2 * 512
        assert low < 4500 < high


def test_volumes_have_the_planes_of_a_tile_in_one_cell() -> None:
    signature = Signature("zyx", (8, 8, 8), halo=(8, 8, 8))
    cells = Cells(plan_of("zyx", (64, 64, 64), signature, HaloGrid(tile=48)))
    nearby = {
        tuple(cells.seen(window((0, 0), (63, 63), z=z)))
        for z in range(cells.seen(window((0, 0), (63, 63), z=0))[0][0][1])
    }
    assert len(nearby) == 1
    assert cells.plane(window((0, 0), (63, 63), z=5)) == {"z": 5}


def test_channels_that_the_network_makes_of_one_are_in_one_cell() -> None:
    two = (Channel("mean"), Channel("std", "spread"))
    signature = Signature("yx", (8, 8), halo=(8, 8), channels_out=two)
    cells = Cells(plan_of("cyx", (3, 40, 40), signature, HaloGrid(tile=64)))
    sight = window((0, 0), (39, 39), c=2)
    assert cells.seen(sight) == [((4, 6), (0, 40), (0, 40))]
    assert cells.plane(sight) == {"c": 4}


def test_a_network_of_all_channels_makes_them_together() -> None:
    signature = Signature("cyx", (8, 8), halo=(8, 8), channels_in=3)
    cells = Cells(plan_of("cyx", (3, 40, 40), signature, HaloGrid(tile=64)))
    sight = window((0, 0), (39, 39), c=2)
    assert cells.seen(sight) == [((0, 3), (0, 40), (0, 40))]
    assert cells.plane(sight) == {"c": 2}


ONE, TWO, THREE = (((start, start + 10), (0, 10)) for start in (0, 10, 20))


def test_one_thread_at_a_time_takes_what_is_wanted() -> None:
    wanted = Wanted()
    assert wanted.become([ONE, TWO])
    assert not wanted.become([ONE, TWO, THREE])
    assert [wanted.take()[0] for _ in range(3)] == [ONE, TWO, THREE]
    assert wanted.take() is None
    assert wanted.become([ONE])


def test_what_is_computed_in_vain_is_stopped_and_wanted_again_if_it_is() -> None:
    wanted = Wanted()
    wanted.become([ONE, TWO])
    cell, stop = wanted.take()
    wanted.become([cell, THREE])
    assert not stop.requested
    wanted.become([THREE])
    assert stop.requested
    wanted.become([ONE, THREE])
    assert [wanted.take()[0] for _ in range(2)] == [ONE, THREE]


def test_cells_used_last_are_remembered_within_the_budget() -> None:
    pixels = np.zeros((10, 10), np.float32)
    remembered = Remembered(budget=2 * pixels.nbytes)
    remembered.put(ONE, False, pixels)
    remembered.put(TWO, False, pixels)
    assert remembered.get(ONE, False) is pixels
    assert remembered.get(ONE, True) is None
    remembered.put(THREE, False, pixels)
    assert remembered.get(TWO, False) is None
    assert remembered.get(ONE, False) is pixels


def test_a_sheet_takes_over_what_another_one_of_its_plane_shows() -> None:
    def sheet(plane: int, cells: list[Any]) -> Sheet:
        return Sheet("zyx", {"z": plane}, [((0, 5), *cell) for cell in cells])

    before = sheet(3, [ONE, TWO])
    volume = np.arange(500, dtype=np.float32).reshape(5, 10, 10)
    before.paint(((0, 5), *TWO), volume)
    moved, other = sheet(3, [TWO, THREE]), sheet(2, [TWO, THREE])
    moved.take_over(before)
    other.take_over(before)
    assert moved.painted == {((0, 5), *TWO)}
    np.testing.assert_array_equal(moved.pixels[:10], volume[3])
    assert np.isnan(moved.pixels[10:]).all()
    assert np.isnan(other.pixels).all()
    assert not other.painted
