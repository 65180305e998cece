"""Patches lie where there is signal, but every pixel can be drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debcr_core.errors import UsageError
from debcr_plugins.training.data.frames import Frame
from debcr_plugins.training.data.positions import draw_frame, draw_start
from debcr_plugins.training.data.sampling import EpochSampler
from debcr_plugins.training.data.signal_map import signal_map

BLOCK = (8, 8)


def map_of(image: np.ndarray, block=BLOCK):
    return signal_map(lambda region: image[np.newaxis][(slice(None), *region)], image.shape, block)


def cell(shape=(256, 256)) -> np.ndarray:
    """Return noise around 10 with a cell around 40 that fills a sixteenth of it."""
    image = np.random.default_rng(0).poisson(10, shape).astype(np.float32)
    image[64:128, 160:224] += 30
    return image


def starts_of(image: np.ndarray, side: int, prefer: float, count: int) -> np.ndarray:
    signal = map_of(image)
    frame = Frame(0, {"y": slice(0, image.shape[0]), "x": slice(0, image.shape[1])}, image.shape)
    rng = np.random.default_rng(1)
    return np.array(
        [draw_start(frame, (side, side), prefer, lambda: signal, rng) for _ in range(count)]
    )


def share_with_cell(starts: np.ndarray, side: int) -> float:
    """Return how many of the patches show some of the cell."""
    y, x = starts.T
    return float(np.mean((y < 128) & (y + side > 64) & (x < 224) & (x + side > 160)))


def test_blocks_with_signal_are_told_from_noise():
    likely = np.diff(map_of(cell()).cumulated, prepend=0).reshape(32, 32)
    assert likely[8:16, 20:28].min() > 10 * likely[:8].max()


def test_patches_prefer_signal_but_see_background_too():
    everywhere, mixed, preferring = (
        share_with_cell(starts_of(cell(), 32, prefer, 1000), 32) for prefer in (0, 0.5, 1)
    )
    assert everywhere < 0.2
    assert 0.35 < mixed < 0.65
    assert 0.5 < preferring < 0.95


@pytest.mark.parametrize("prefer", [0.0, 0.5, 1.0])
def test_every_pixel_can_be_drawn(prefer):
    image, side = cell((61, 83)), 16
    drawn = np.zeros(image.shape, bool)
    for y, x in starts_of(image, side, prefer, 3000):
        assert 0 <= y <= 61 - side
        assert 0 <= x <= 83 - side
        drawn[y : y + side, x : x + side] = True
    assert drawn.all()


def test_a_flat_image_has_no_preference():
    assert np.ptp(np.diff(map_of(np.full((64, 64), 3.0)).cumulated)) < 1e-9


def test_the_map_is_made_band_by_band():
    image = np.random.default_rng(0).random((2000, 40))
    rows = []

    def read(region):
        rows.append(region[0].stop - region[0].start)
        return image[np.newaxis][(slice(None), *region)]

    whole = map_of(image)
    bands = signal_map(read, image.shape, BLOCK)
    np.testing.assert_allclose(bands.cumulated, whole.cumulated)
    assert len(rows) == 4
    assert max(rows) <= 512


def test_volumes_have_maps_too():
    volume = np.random.default_rng(0).poisson(5, (20, 64, 64)).astype(np.float32)
    volume[8:12, :16, :16] += 50
    likely = np.diff(map_of(volume, (4, 16, 16)).cumulated, prepend=0).reshape(5, 4, 4)
    assert np.unravel_index(likely.argmax(), likely.shape) == (2, 0, 0)


def test_images_are_drawn_by_their_area():
    rng = np.random.default_rng(0)
    drawn = [draw_frame(np.cumsum([100, 300, 600]), rng) for _ in range(4000)]
    np.testing.assert_allclose(np.bincount(drawn) / 4000, [0.1, 0.3, 0.6], atol=0.03)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 8), st.integers(0, 40), st.integers(0, 3), st.integers(0, 3))
def test_processes_share_an_epoch_evenly(world, more, seed, epoch):
    length = world + more
    shares = [list(EpochSampler(length, seed, epoch, rank, world)) for rank in range(world)]
    assert {len(share) for share in shares} == {length // world}
    drawn = [index for share in shares for index in share]
    assert len(set(drawn)) == len(drawn)
    assert set(drawn) <= set(range(length))


def test_each_epoch_has_an_order_of_its_own():
    orders = [list(EpochSampler(50, 0, epoch)) for epoch in (0, 0, 1)]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[2]) == list(range(50))


def test_fewer_patches_than_processes_are_refused():
    with pytest.raises(UsageError, match="3 patches cannot be shared by 4 processes"):
        EpochSampler(3, 0, 0, 0, 4)
