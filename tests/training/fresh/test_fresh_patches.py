"""Patches of good images: degraded anew for each key, the same for the same key."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from debcr_core.errors import DebcrWarning
from debcr_plugins.training.fresh.patches import surroundings
from debcr_plugins.training.fresh.picture import draw_patches

KEYS = [(epoch, index) for epoch in range(3) for index in range(8)]
STILL = {"size": 16, "per_epoch": 12, "flips": False, "rotations": False}


def equal(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_the_same_key_gives_the_same_noise_whatever_was_asked_before(described, made):
    (_, first), (_, second) = (made(described()) for _ in range(2))
    forwards = [first[key] for key in KEYS]
    backwards = [second[key] for key in reversed(KEYS)][::-1]
    assert all(map(equal, forwards, backwards))


def test_another_process_makes_the_same(described, made):
    _, patches = made(described())
    copy = pickle.loads(pickle.dumps(patches))
    assert all(equal(patches[key], copy[key]) for key in KEYS)


def test_no_noise_comes_twice_though_places_do(described, made):
    # Images of a patch's size: there is one place in each.
    _, patches = made(described(patches=STILL, shape=(16, 16)))
    seen = [patches[key] for key in KEYS]
    noises = [degraded - target for degraded, target in seen]
    assert all(
        not np.array_equal(one, other) for i, one in enumerate(noises) for other in noises[:i]
    )
    strengths = [noise.std() for noise in noises]
    assert max(strengths) > 3 * min(strengths)


def test_another_seed_gives_other_noise(described, made):
    (_, first), (_, second) = (made(described(seed=seed)) for seed in (0, 1))
    assert not any(equal(first[key], second[key]) for key in KEYS)


def test_a_patch_is_normalised_by_what_is_around_it_as_the_degraded_image_shows_it(described, made):
    config = described(
        {"photons": [20, 20], "gain": [3, 3], "offset": [50, 50]},
        patches=STILL,
        normalizer={"name": "min-max"},
    )
    _, patches = made(config)
    found = [patches[0, index] for index in range(12)]
    # Of one plane of 60×70 the extremes are 0 and 1; a patch seldom holds them.
    assert all(0 <= patch.input.min() <= patch.input.max() <= 1 for patch in found)
    assert sum(patch.input.max() < 1 for patch in found) > 6
    assert np.mean([patch.input.mean() - patch.target.mean() for patch in found]) == pytest.approx(
        0, abs=0.02
    )


def test_a_stack_gives_planes(truths, described, made):
    data = {"truth": str(truths()), "axes": "zyx", "split": [0.6, 0.2, 0.2]}
    _, patches = made(described(shape=(6, 40, 40), data=data))
    assert patches[0, 0].input.shape == (1, 16, 16)


def test_small_images_are_continued(described, made):
    with pytest.warns(DebcrWarning, match="smaller than a patch"):
        _, patches = made(described(shape=(12, 60)))
    assert patches[0, 0].input.shape == patches[0, 0].target.shape == (1, 16, 16)


@given(
    size=st.integers(1, 300),
    side=st.integers(16, 300),
    length=st.sampled_from([16, 64]),
    data=st.data(),
)
def test_surroundings_hold_the_patch_and_lie_inside_where_they_can(size, side, length, data):
    start = (size - length) // 2 if size < length else data.draw(st.integers(0, size - length))
    ((found),) = surroundings((slice(start, start + length),), (size,), side)
    assert found.start <= start < start + length <= found.stop
    assert found.stop - found.start == max(length, min(side, size)) or size < length
    assert size < length or (found.start >= 0 and found.stop <= size)


def test_ten_patches_are_drawn(described, made, tmp_path):
    _, patches = made(described())
    draw_patches(patches, tmp_path / "patches.png")
    assert (tmp_path / "patches.png").read_bytes().startswith(b"\x89PNG")


def test_hot_pixels_around_a_patch_stay_where_they_are_and_those_in_it_are_held_back(
    described, made
):
    ranges = {"photons": [200, 200], "without_read_noise": 1, "hot_signal": [1e6, 1e6]}
    _, clean = made(described(ranges, patches=STILL, lowest=90.0))
    _, faulty = made(described({**ranges, "hot_pixels": [1e-3, 1e-3]}, patches=STILL, lowest=90.0))
    brightest = max(patch.target.max() for patch in (clean[key] for key in KEYS))
    # In each image some four pixels are a thousand times as bright as all others.
    assert max(faulty[key].input.max() for key in KEYS) < 10 * brightest
    targets = [faulty[key].target for key in KEYS]
    assert min(target.min() for target in targets) >= 0.8 * min(
        clean[key].target.min() for key in KEYS
    )
    assert max(target.max() for target in targets) < 10 * brightest
