"""A good image degraded: photons, read noise, readout, optics, as the ranges say."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.ndimage import gaussian_filter

from debcr_plugins.simulation import Camera
from debcr_plugins.simulation.degradation import Degradation, Halo

FLAT = np.full((256, 256), 300, np.float32)
FIXED = {"photons": (50, 50), "without_read_noise": 1}


def made(truth: np.ndarray = FLAT, seed: int = 0, **ranges: object):
    degradation = Degradation.model_validate({**FIXED, **ranges})
    return degradation.degrade(truth, float(truth.max()), np.random.default_rng(seed))


def test_every_parameter_is_documented() -> None:
    assert all(field.description for field in Degradation.model_fields.values())


def test_the_same_random_numbers_give_the_same_image_and_others_another() -> None:
    assert np.array_equal(made().input, made().input)
    assert not np.array_equal(made().input, made(seed=1).input)


def test_photons_are_those_of_the_brightest_pixel_and_noise_is_theirs() -> None:
    truth = FLAT.copy()
    truth[:128] = 150
    degraded, target = made(truth)
    assert np.unique(target).tolist() == [25, 50]
    assert degraded[:128].var() == pytest.approx(25, rel=0.05)
    assert degraded[128:].var() == pytest.approx(50, rel=0.05)
    assert degraded.mean() == pytest.approx(target.mean(), rel=0.01)


def test_photons_spread_evenly_on_a_logarithmic_scale() -> None:
    drawn = [made(FLAT[:2, :2], seed, photons=(2, 400)).target.max() for seed in range(400)]
    quarters = np.quantile(np.log(drawn), [0.25, 0.5, 0.75])
    assert quarters == pytest.approx(np.log(2) + np.log(200) * np.array([0.25, 0.5, 0.75]), abs=0.4)
    assert 2 <= min(drawn) <= max(drawn) <= 400


def test_a_share_of_the_draws_has_no_read_noise() -> None:
    images = [
        made(FLAT[:8, :8], seed, without_read_noise=0.3, read_noise=(1, 2)).input
        for seed in range(300)
    ]
    counting = np.mean([np.array_equal(image, np.rint(image)) for image in images])
    assert counting == pytest.approx(0.3, abs=0.08)


def test_gain_and_offset_scale_both_and_bits_round_the_input() -> None:
    degraded, target = made(gain=(2, 2), offset=(100, 100), bit_depth=8)
    assert np.unique(target).tolist() == [200]
    assert degraded.max() == 255
    assert np.array_equal(degraded, np.rint(degraded))


def test_the_black_level_stands_for_no_light() -> None:
    truth = FLAT.copy()
    truth[:128] = 100
    target = made(truth, black_level=100).target
    assert np.unique(target).tolist() == [0, 50]


def test_hot_pixels_stick_out() -> None:
    degraded = made(hot_pixels=(0.01, 0.01), hot_signal=(1000, 1000)).input
    assert np.mean(degraded > 150) == pytest.approx(0.01, rel=0.3)


def test_coarse_pixels_are_repeated_in_both_and_their_noise_with_them() -> None:
    truth = np.random.default_rng(0).random((64, 64), np.float32)
    for image in made(truth, camera_pixel=(2, 2)):
        assert np.array_equal(image[::2, ::2], image[1::2, 1::2])


def test_for_denoising_blur_and_background_are_in_both() -> None:
    truth = np.zeros((64, 64), np.float32)
    truth[32, 32] = 1
    ranges = {"photons": (1e5, 1e5), "blur": (2, 2), "background": (0.1, 0.1)}
    degraded, target = made(truth, **ranges)
    assert degraded.mean() == pytest.approx(target.mean(), rel=0.01)
    assert target.min() > 0
    assert target.max() < 0.5e5


def test_for_deblurring_the_target_is_the_truth_itself() -> None:
    truth = np.zeros((64, 64), np.float32)
    truth[32, 32] = 1
    ranges = {"blur": (2, 2), "background": (0.1, 0.1), "camera_pixel": (2, 2)}
    degraded, target = made(truth, target="sharp", **ranges)
    assert np.array_equal(target, 50 * truth)
    assert degraded.min() < degraded.max() < 45


def test_a_sharp_target_keeps_a_share_of_the_blur() -> None:
    truth = np.zeros((64, 64), np.float32)
    truth[32, 32] = 1
    _, target = made(truth, target="sharp", kept_blur=0.5, blur=(4, 4))
    expected = gaussian_filter(50 * truth, 2.0)
    assert np.allclose(target, expected, atol=1e-4)
    # Light is moved, never lost: a network that learns this keeps totals.
    assert target.sum() == pytest.approx(50, rel=1e-3)


def test_blur_is_not_kept_in_a_target_that_has_all_of_it() -> None:
    with pytest.raises(ValidationError, match="add target: sharp"):
        Degradation(kept_blur=0.4)


def test_a_halo_spreads_a_share_of_the_light_in_the_input_alone() -> None:
    truth = np.zeros((128, 128), np.float32)
    truth[64, 64] = 1
    halo = {"share": (0.5, 0.5), "width": (15, 15)}
    ranges = {"photons": (1e6, 1e6), "blur": (1, 1), "halo": halo, "target": "sharp"}
    degraded, target = made(truth, **ranges)
    around = np.ones((128, 128), bool)
    around[58:71, 58:71] = False
    assert degraded[around].sum() == pytest.approx(0.46 * 1e6, rel=0.05)
    assert degraded.sum() == pytest.approx(target.sum(), rel=0.01)
    assert target[around].sum() == 0


@pytest.mark.parametrize("width", [(1, 3), (6, 30), (0, 30)])
def test_a_halo_that_may_be_as_narrow_as_the_blur_is_refused(width: tuple[float, float]) -> None:
    with pytest.raises(ValidationError, match="must begin above the widest blur, 6 pixels"):
        Degradation(blur=(0.8, 6), halo=Halo(width=width))
    assert Degradation(blur=(0.8, 6), halo=Halo(width=(6.5, 30))).halo is not None


def test_camera_pixels_below_one_are_the_images_own() -> None:
    truth = np.random.default_rng(0).random((64, 64), np.float32)
    assert np.array_equal(
        made(truth, camera_pixel=(0.3, 0.3)).target, made(truth, camera_pixel=(1, 1)).target
    )


def test_it_is_the_camera_of_the_simulation() -> None:
    camera = Camera(gain=2, offset=5, read_noise=1.5)
    rng = np.random.default_rng(3)
    expected = camera.record(np.full((400, 400), 20.0, np.float32), rng)
    found = made(
        np.ones((400, 400)),
        photons=(20, 20),
        without_read_noise=0,
        read_noise=(1.5, 1.5),
        gain=(2, 2),
        offset=(5, 5),
    ).input
    for quantile in (0.05, 0.5, 0.95):
        assert np.quantile(found, quantile) == pytest.approx(np.quantile(expected, quantile), abs=1)


def test_planes_of_a_stack_are_degraded_alike_each_with_its_own_noise() -> None:
    point = np.zeros((64, 64), np.float32)
    point[32, 32] = 1
    halo = {"share": (0.1, 0.9), "width": (5, 20)}
    one, other = made(np.stack([point, point]), photons=(1e6, 1e6), halo=halo).target
    assert np.array_equal(one, other)
    stack = made(np.stack([FLAT, FLAT]), photons=(2, 400))
    assert stack.target[0].max() == stack.target[1].max()
    assert not np.array_equal(*stack.input)


@pytest.mark.parametrize(
    ("ranges", "sentence"),
    [
        ({"photons": (400, 2)}, "from low to high"),
        ({"photons": (0, 2)}, "between 0.001"),
        ({"read_noise": (4, 0.1)}, "from low to high"),
        ({"hot_pixels": (0, 0.5)}, "between 0 and 0.1"),
        ({"blur": (-1, 1)}, "between 0"),
        ({"without_read_noise": 2}, "less than or equal to 1"),
        ({"photons": (1, float("nan"))}, "finite"),
    ],
)
def test_ranges_the_wrong_way_round_or_out_of_bounds_are_refused(
    ranges: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Degradation.model_validate(ranges)
