"""A shift between input and target is told where it can be, and never made up."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile
from scipy import ndimage

from debcr_core.errors import DebcrWarning
from debcr_core.files.reading import read_image
from debcr_core.image import make_image
from debcr_plugins.pairs.alignment import estimated_shift
from debcr_plugins.pairs.config import DataConfig
from debcr_plugins.pairs.image_pair import ImagePair


def textured(seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).random((260, 300))
    return 1e4 * ndimage.gaussian_filter(noise, 2)


def pair_of(first: np.ndarray, second: np.ndarray) -> ImagePair:
    return ImagePair("pair", make_image(first, "yx"), make_image(second, "yx"))


@pytest.mark.parametrize("shift", [(0, 0), (3, -5), (-2.5, 0.4)])
def test_a_shift_is_found_to_a_fifth_of_a_pixel(shift):
    image = textured()
    moved = ndimage.shift(image, shift, order=3, mode="reflect")
    assert estimated_shift(pair_of(image, moved)) == pytest.approx(shift, abs=0.2)


def test_a_shift_is_found_between_a_noisy_and_a_blurred_image():
    image = textured()
    rng = np.random.default_rng(1)
    noisy = rng.poisson(image / image.max() * 50)
    blurred = ndimage.gaussian_filter(np.roll(image, (4, -6), (0, 1)), 2)
    assert estimated_shift(pair_of(noisy, blurred)) == pytest.approx((4, -6), abs=0.5)


def test_noise_has_no_shift():
    for seed in range(10):
        rng = np.random.default_rng(seed)
        assert estimated_shift(pair_of(*rng.poisson(3.0, (2, 256, 256)))) is None


def test_images_too_small_to_tell_have_none():
    assert estimated_shift(pair_of(textured()[:40, :40], textured()[:40, :40])) is None


def test_the_middle_of_a_stack_decides():
    stack = np.stack([textured(seed) for seed in range(3)])
    moved = np.roll(stack, (0, 3, 2), (0, 1, 2))
    pair = ImagePair("stack", make_image(stack, "zyx"), make_image(moved, "zyx"))
    assert estimated_shift(pair) == pytest.approx((3, 2), abs=0.1)


@pytest.mark.parametrize("skip", [False, True])
def test_unaligned_pairs_are_reported_and_left_out_on_request(skip, tmp_path, opened):
    for seed in range(4):
        image = textured(seed).astype(np.float32)
        tifffile.imwrite(tmp_path / f"{seed}_low.tif", image)
        tifffile.imwrite(tmp_path / f"{seed}_gt.tif", np.roll(image, 5 if seed == 2 else 0, 0))
    config = DataConfig(
        input=f"{tmp_path}/*_low.tif", target=f"{tmp_path}/*_gt.tif", skip_unaligned=skip
    )
    with pytest.warns(DebcrWarning, match=r"looks shifted.*2 \(\+5.0 px along y, [+-]0.0 px"):
        data = opened(config)
    names = [e.pair.name for part in (data.train, data.validation, data.test) for e in part]
    assert ("2" in names) is not skip
    assert data.report.shifts["2"] == pytest.approx((5, 0), abs=0.1)


def test_real_pairs_of_confocal_and_sted_count_as_aligned(shared, plugins):
    for first in sorted((shared / "images").glob("*_confocal.tif")):
        second = first.with_name(first.name.replace("confocal", "sted"))
        shift = estimated_shift(
            ImagePair(first.stem, read_image(first, plugins), read_image(second, plugins))
        )
        assert shift is None or np.hypot(*shift) < 2
