"""Tiles that nobody asked for follow from network, image and a budget of memory alone."""

from __future__ import annotations

from math import prod

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from debcr_core.contracts import checked_tiles
from debcr_core.errors import UsageError
from debcr_core.signature import Footprint
from debcr_plugins.tilers.halo_grid import HaloGrid

GIB = 2**30
UNET = Footprint((8, 8), (48, 48), (8, 8))

PLANES = st.tuples(st.integers(1, 6000), st.integers(1, 6000))
VOLUMES = st.tuples(st.integers(1, 200), st.integers(1, 900), st.integers(1, 900))
MEMORY = st.floats(0.02, 4)


@st.composite
def footprints(draw, axes):
    def per_axis(low, high):
        return draw(st.tuples(*[st.integers(low, high)] * axes))

    stride = draw(st.tuples(*[st.sampled_from([1, 2, 4, 8, 16, 20])] * axes))
    halo = per_axis(0, 100 if axes < 3 else 12)
    return Footprint(stride, halo, per_axis(1, 70), None, draw(st.integers(200, 4000)))


@st.composite
def tasks(draw):
    shape = draw(st.one_of(st.tuples(st.integers(1, 90_000)), PLANES, VOLUMES))
    return shape, draw(footprints(len(shape))), HaloGrid(memory=draw(MEMORY))


def sizes(tile):
    return tuple(part.stop - part.start for part in tile.read)


def tiles_of(task):
    shape, footprint, tiler = task
    try:
        return tiler.grid(shape, footprint)
    except UsageError:
        assume(False)


def computed(tiles):
    return len(tiles) * prod(sizes(tiles[0]))


@settings(max_examples=200, deadline=None)
@given(tasks())
def test_they_keep_the_contract_of_tilers_and_serve_each_pixel_once(task):
    shape, footprint, tiler = task
    tiles = tiles_of(task)
    checked_tiles(tiler, shape, footprint)
    assert sum(prod(s.stop - s.start for s in tile.serve) for tile in tiles) == prod(shape)


@settings(max_examples=200, deadline=None)
@given(tasks())
def test_a_tile_takes_no_more_than_the_budget(task):
    _, footprint, tiler = task
    tiles = tiles_of(task)
    assert prod(sizes(tiles[0])) * footprint.memory <= tiler.memory * GIB


@settings(max_examples=200, deadline=None)
@given(tasks())
def test_they_reach_as_far_beyond_their_neighbours_as_the_halo(task):
    shape, footprint, _ = task
    for tile in tiles_of(task):
        for read, serve, size, halo in zip(
            tile.read, tile.serve, shape, footprint.halo, strict=True
        ):
            assert read.start == 0 or serve.start - read.start >= halo
            assert read.stop >= size or read.stop - serve.stop >= halo


@settings(max_examples=100, deadline=None)
@given(tasks())
def test_what_they_serve_begins_at_multiples_of_one_step(task):
    shape, footprint, _ = task
    tiles = tiles_of(task)
    for axis, size in enumerate(shape):
        begins = sorted({tile.serve[axis].start for tile in tiles})
        step = begins[1] if len(begins) > 1 else size
        assert begins == list(range(0, size, step))
        assert len(begins) == 1 or step % footprint.stride[axis] == 0


@settings(max_examples=100, deadline=None)
@given(tasks())
def test_an_image_that_fits_the_budget_is_one_tile(task):
    shape, footprint, tiler = task
    tiles = tiles_of(task)
    whole = tiles_of((shape, footprint, HaloGrid(memory=1024)))
    assert len(whole) == 1
    assert (len(tiles) == 1) == (computed(whole) * footprint.memory <= tiler.memory * GIB)


@settings(max_examples=100, deadline=None)
@given(tasks(), st.floats(1, 20))
def test_more_memory_never_costs_much_more(task, factor):
    shape, footprint, tiler = task
    more = HaloGrid(memory=min(tiler.memory * factor, 1024))
    # Whole chunks are worth so much.
    assert computed(tiles_of((shape, footprint, more))) <= 1.2 * computed(tiles_of(task)) + 1


@pytest.mark.parametrize(
    ("shape", "footprint", "expected"),
    [
        ((1024, 1024), UNET, [(1024, 1024, 1), (1024, 1024, 1)]),
        ((8192, 8192), UNET, [(864, 768, 11), (1120, 1024, 8)]),
        ((2048, 700), UNET, [(1072, 1024, 2), (704, 700, 1)]),
    ],
)
def test_the_same_tiles_are_chosen_on_every_machine(shape, footprint, expected):
    cuts = HaloGrid()._chosen(shape, footprint)
    assert [(cut.tile, cut.step, cut.count) for cut in cuts] == expected


@pytest.mark.parametrize("shape", [(8192, 8192), (2048, 131072), (5000, 7000)])
@pytest.mark.parametrize("halo", [(48, 48), (96, 128)])
def test_large_images_are_divided_into_whole_chunks(shape, halo):
    for tile in HaloGrid().grid(shape, Footprint((8, 8), halo, (8, 8))):
        assert all(part.start % 256 == 0 for part in tile.serve)


def test_volumes_are_divided_along_y_and_x_at_multiples_of_64_and_along_z_anywhere():
    footprint = Footprint((4, 8, 8), (8, 8, 8), (4, 8, 8))
    tiles = HaloGrid().grid((200, 1024, 1024), footprint)
    assert len(tiles) > 100
    for tile in tiles:
        z, y, x = tile.serve
        assert (z.start % 4, y.start % 64, x.start % 64) == (0, 0, 0)


def test_a_budget_that_the_halo_uses_up_is_refused_with_one_that_works():
    with pytest.raises(
        UsageError, match=r"0\.005 GiB .* used up by a halo of 48×48 .*memory="
    ) as c:
        HaloGrid(memory=0.005).grid((2000, 2000), UNET)
    enough = float(str(c.value).rsplit("memory=", 1)[1].rstrip("."))
    assert HaloGrid(memory=enough).grid((2000, 2000), UNET)


@settings(max_examples=100, deadline=None)
@given(tasks())
def test_smaller_tiles_take_at_most_half_the_memory_until_there_are_none(task):
    shape, footprint, tiler = task
    pixels = prod(sizes(tiles_of(task)[0]))
    while (tiler := tiler.smaller(shape, footprint)) is not None:
        tiles = tiler.grid(shape, footprint)
        assert prod(sizes(tiles[0])) <= pixels / 2
        pixels = prod(sizes(tiles[0]))


def test_tiles_that_were_asked_for_are_never_made_smaller():
    assert HaloGrid(tile=512).smaller((2000, 2000), UNET) is None
    fixed = Footprint((8, 8), (48, 48), (256, 256), (256, 256))
    assert HaloGrid().smaller((2000, 2000), fixed) is None


def test_a_tile_that_is_little_but_halo_is_said_with_what_it_costs():
    (said,) = HaloGrid(tile=128).remarks((2000, 2000), UNET)
    assert said.kind == "tiles"
    assert str(said) == (
        "Tiles of 128×128 pixels are little but halo: each pixel is computed 14.7 times, or 1.3 "
        "times with tiles that are chosen by themselves. Leave tile out."
    )
    assert HaloGrid(tile=448).remarks((2000, 2000), UNET) == ()
    assert HaloGrid(tile=128).remarks((128, 100), UNET) == ()


def test_a_halo_below_the_networks_is_said_where_tiles_meet():
    (said,) = HaloGrid(halo=16).remarks((2000, 2000), UNET)
    assert said.kind == "small-halo"
    assert "A halo of 16×16 pixels is less than the model needs (48×48)" in str(said)
    assert HaloGrid(halo=16).remarks((500, 500), UNET) == ()
    assert HaloGrid(halo=64).remarks((2000, 2000), UNET) == ()
