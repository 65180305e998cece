"""Noise2Void hides pixels evenly, behind neighbours, and keeps what they were."""

from __future__ import annotations

import numpy as np
import pytest

from debcr_plugins.pairs.config import DataConfig
from debcr_plugins.training.data.blind_spots import hide_pixels
from debcr_plugins.training.data.patch_config import BlindSpots, PatchConfig
from debcr_plugins.training.data.patches import patches


def numbered(*shape: int) -> np.ndarray:
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def hide(patch: np.ndarray, seed: int = 0, **parameters):
    return hide_pixels(patch, BlindSpots(**parameters), np.random.default_rng(seed))


@pytest.mark.parametrize("shape", [(1, 64, 64), (2, 50, 70), (1, 16, 32, 32)])
def test_only_masked_pixels_change_and_all_of_them_do(shape):
    patch = numbered(*shape)
    hidden, mask = hide(patch)
    np.testing.assert_array_equal(hidden != patch, mask == 1)
    assert set(np.unique(mask)) == {0, 1}


@pytest.mark.parametrize(("share", "count"), [(1 / 64, 64), (1 / 16, 256), (1 / 4, 1024)])
def test_the_share_is_as_asked(share, count):
    _, mask = hide(numbered(1, 64, 64), share=share)
    assert mask.sum() == count


def test_hidden_pixels_are_spread_evenly():
    _, mask = hide(numbered(1, 64, 64))
    per_box = mask[0].reshape(8, 8, 8, 8).sum(axis=(1, 3))
    assert (per_box == 1).all()


@pytest.mark.parametrize("radius", [1, 3])
def test_a_hidden_pixel_shows_another_one_nearby(radius):
    patch = numbered(1, 40, 50)
    distances = set()
    for seed in range(20):
        hidden, mask = hide(patch, seed, radius=radius)
        y, x = np.nonzero(mask[0])
        shown_y, shown_x = np.divmod(hidden[0, y, x].astype(int), 50)
        distances |= set(np.maximum(abs(shown_y - y), abs(shown_x - x)).tolist())
    assert distances == set(range(1, radius + 1))


def test_every_pixel_is_hidden_as_often():
    counts = sum(hide(numbered(1, 12, 12), seed, share=1 / 25)[1] for seed in range(5000))
    np.testing.assert_allclose(counts / 5000, 1 / 25, atol=0.015)


def test_all_channels_are_hidden_at_the_same_places():
    _, mask = hide(numbered(3, 32, 32))
    assert (mask == mask[:1]).all()


def test_patches_come_with_original_values_and_mask(folders, opened):
    low, _ = folders(3)
    train = opened(DataConfig(input=str(low))).train
    cut = patches(train, PatchConfig(size=32, blind_spots=BlindSpots()), "yx", 0)
    hidden, target, mask = cut[(0, 0)]
    assert hidden.shape == target.shape == mask.shape == (1, 32, 32)
    np.testing.assert_array_equal(hidden[mask == 0], target[mask == 0])
    assert mask.sum() == 16
