"""Patches are functions of seed, epoch and index, cut alike from input and target."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from pydantic import ValidationError

from debcr_core.errors import DebcrWarning, UsageError
from debcr_core.image import make_image
from debcr_plugins.pairs.config import DataConfig
from debcr_plugins.pairs.image_pair import ImagePair
from debcr_plugins.pairs.normalized import normalize
from debcr_plugins.training.data import pixels
from debcr_plugins.training.data.patch_config import PatchConfig
from debcr_plugins.training.data.patches import patches

PLAIN = {"flips": False, "rotations": False}
KEYS = [(epoch, index) for epoch in range(2) for index in range(10)]


@pytest.fixture
def fitted(plugins):
    """Return a function that makes pairs, left on their own scale, whose target is input + 1."""

    def make(*images, axes: str = "yx"):
        normalizer = plugins.create("normalizer", "none")
        return [
            normalize(
                ImagePair(f"image {i}", make_image(image, axes), make_image(image + 1, axes)),
                normalizer,
                "own",
                "yx",
            )
            for i, image in enumerate(images)
        ]

    return make


def numbered(*shape: int) -> np.ndarray:
    """Return an image in which no two pixels are equal."""
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def equal(one, other) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_the_same_key_gives_the_same_patch_whatever_was_asked_before(folders, opened):
    low, high = folders(3)
    train = opened(DataConfig(input=str(low), target=str(high))).train
    config = PatchConfig(size=32, gain_jitter=0.1, noise=0.1)
    first, second = (patches(train, config, "yx", seed=5) for _ in range(2))
    forwards = [first[key] for key in KEYS]
    backwards = [second[key] for key in reversed(KEYS)][::-1]
    assert all(map(equal, forwards, backwards))


def test_other_keys_and_seeds_give_other_patches(fitted):
    pairs = fitted(numbered(200, 200))
    cut = [patches(pairs, PatchConfig(size=32), "yx", seed)[key] for seed in (0, 1) for key in KEYS]
    assert len({patch.input.tobytes() for patch in cut}) == len(cut)


def test_a_patch_in_another_process_is_the_same(folders, opened):
    low, high = folders(3)
    train = opened(DataConfig(input=str(low), target=str(high))).train
    here = patches(train, PatchConfig(size=32), "yx", seed=0)
    there = pickle.loads(pickle.dumps(here))
    assert equal(here[(0, 3)], there[(0, 3)])


@pytest.mark.parametrize(
    ("dims", "axes", "shape", "size", "expected"),
    [
        ("yx", "yx", (60, 70), 32, (1, 32, 32)),
        ("zyx", "yx", (5, 60, 70), 32, (1, 32, 32)),
        ("zyx", "zyx", (9, 60, 70), (8, 32, 32), (1, 8, 32, 32)),
        ("cyx", "cyx", (3, 60, 70), 32, (3, 32, 32)),
        ("tczyx", "czyx", (2, 3, 9, 40, 50), (4, 16, 16), (3, 4, 16, 16)),
        ("tcyx", "tcyx", (6, 3, 40, 50), (4, 16, 16), (3, 4, 16, 16)),
    ],
)
def test_patches_are_channels_first_and_input_and_target_fit(
    dims, axes, shape, size, expected, fitted
):
    cut = patches(fitted(numbered(*shape), axes=dims), PatchConfig(size=size), axes, 0)
    for key in KEYS:
        degraded, target = cut[key]
        assert degraded.shape == target.shape == expected
        assert degraded.dtype == target.dtype == np.float32
        assert degraded.flags.c_contiguous
        np.testing.assert_array_equal(target, degraded + 1)


def test_without_augmentation_a_patch_is_a_piece_of_the_image(fitted):
    image = numbered(50, 60)
    cut = patches(fitted(image), PatchConfig(size=16, **PLAIN), "yx", 0)
    for key in KEYS:
        patch = cut[key].input[0]
        y, x = divmod(int(patch[0, 0]), 60)
        np.testing.assert_array_equal(patch, image[y : y + 16, x : x + 16])


def test_planes_that_the_model_does_not_see_at_once_are_all_drawn_from(fitted):
    stack = np.repeat(np.arange(6.0), 40 * 40).reshape(2, 3, 40, 40)
    cut = patches(fitted(stack, axes="tzyx"), PatchConfig(size=16), "yx", 0)
    seen = {float(value) for i in range(100) for value in np.unique(cut[(0, i)].input)}
    assert seen == set(range(6))


def test_volumes_are_turned_and_mirrored_in_the_plane_alone(fitted):
    planes = np.broadcast_to(np.arange(8.0)[:, None, None], (8, 40, 40))
    cut = patches(fitted(planes, axes="zyx"), PatchConfig(size=(8, 16, 16)), "zyx", 0)
    for key in KEYS:
        np.testing.assert_array_equal(cut[key].input[0, :, 0, 0], np.arange(8))


def test_all_eight_orientations_occur(fitted):
    cut = patches(fitted(numbered(16, 16)), PatchConfig(size=16), "yx", 0)
    corners = {tuple(cut[(0, i)].input[0, [0, 0], [0, -1]]) for i in range(200)}
    assert len(corners) == 8


def test_intensity_varies_alike_and_noise_only_the_input(fitted):
    image = numbered(40, 40) / 1600
    config = {"size": 40, "prefer_signal": 0, **PLAIN}
    for index in range(10):
        brightened = patches(fitted(image), PatchConfig(**config, gain_jitter=0.2), "yx", 0)
        degraded, target = brightened[(0, index)]
        gain, offset = np.polyfit(image.ravel(), degraded.ravel(), 1)
        assert 0.8 <= gain <= 1.2
        assert -0.2 <= offset <= 0.2
        np.testing.assert_allclose(target, gain * (image[None] + 1) + offset, atol=1e-5)
        noisy = patches(fitted(image), PatchConfig(**config, noise=0.3), "yx", 0)
        degraded, target = noisy[(0, index)]
        np.testing.assert_array_equal(target[0], image + 1)
        assert 0 < (degraded[0] - image).std() < 0.33


def test_small_images_are_continued_by_reflection_and_this_is_said_once(fitted):
    image = numbered(5, 16)
    with pytest.warns(DebcrWarning, match="2 of 3 images are smaller") as said:
        patches(fitted(image, image, numbered(40, 40)), PatchConfig(size=16), "yx", 0)
    assert len(said) == 1
    with pytest.warns(DebcrWarning, match="1 of 1"):
        cut = patches(fitted(image), PatchConfig(size=16, **PLAIN), "yx", 0)
    continued = np.pad(image, ((6, 5), (0, 0)), mode="reflect")
    np.testing.assert_array_equal(cut[(0, 0)].input[0], continued)


def test_an_epoch_covers_the_images_once_unless_told_otherwise(fitted):
    pairs = fitted(numbered(64, 64), numbered(64, 128))
    assert len(patches(pairs, PatchConfig(size=32), "yx", 0)) == 12
    assert len(patches(pairs, PatchConfig(size=32, per_epoch=5), "yx", 0)) == 5


def test_of_images_too_large_for_memory_only_the_patch_is_read(folders, opened, monkeypatch):
    low, high = folders(3)
    train = opened(DataConfig(input=str(low), target=str(high))).train
    config = PatchConfig(size=32, prefer_signal=0)
    kept = patches(train, config, "yx", 0)
    monkeypatch.setattr(pixels, "KEPT_BYTES", 0)
    read = patches(train, config, "yx", 0)
    assert all(equal(kept[key], read[key]) for key in KEYS)
    load, sizes = pixels.loaded, []
    monkeypatch.setattr(pixels, "loaded", lambda part: sizes.append(part.size) or load(part))
    read[(0, 0)]
    assert sizes == [32 * 32] * 2


def test_patches_reach_a_torch_loader_in_batches(fitted):
    from torch.utils.data import DataLoader

    cut = patches(fitted(numbered(64, 64)), PatchConfig(size=16), "yx", 0)
    batch = next(iter(DataLoader(cut, batch_size=4, sampler=KEYS)))
    assert batch.input.shape == batch.target.shape == (4, 1, 16, 16)


def test_images_without_targets_need_blind_spots(folders, opened):
    low, _ = folders(3)
    train = opened(DataConfig(input=str(low))).train
    with pytest.raises(UsageError, match="no targets.*blind_spots"):
        patches(train, PatchConfig(size=32), "yx", 0)


def test_a_size_for_other_axes_is_refused(fitted):
    with pytest.raises(UsageError, match="has 3 numbers, but the model works on the axes yx"):
        patches(fitted(numbered(40, 40)), PatchConfig(size=(8, 16, 16)), "yx", 0)


def test_patches_that_are_turned_must_be_square():
    with pytest.raises(ValidationError, match="must be square"):
        PatchConfig(size=(32, 64))
    assert PatchConfig(size=(32, 64), rotations=False).shape("yx") == (32, 64)
