"""What the verdict measures with numpy alone is what scipy's filters give, which load slowly."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from debcr_core.noise_estimates import (
    GROUPS,
    NORMAL_QUARTILE,
    noise_by_brightness,
    noise_response,
    smoothed,
)
from debcr_core.verdict.window import AROUND, BESIDE, FILLED, Window

MASK = np.outer([1, -2, 1], [1, -2, 1]) / 6
SIZES = st.tuples(st.integers(1, 40), st.integers(1, 40))


def pixels_of(seed: int, shape: tuple[int, int], levels: int = 1000) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, levels, shape).astype(np.float64)


@given(st.integers(0, 99), SIZES)
def test_brightness_is_that_of_a_gaussian(seed: int, shape: tuple[int, int]) -> None:
    pixels = pixels_of(seed, shape)
    np.testing.assert_allclose(smoothed(pixels), ndimage.gaussian_filter(pixels, 1.5), rtol=1e-12)


@given(st.integers(0, 99), SIZES, st.sampled_from([1, 2]))
def test_the_response_to_noise_is_that_of_its_mask(
    seed: int, shape: tuple[int, int], step: int
) -> None:
    pixels = pixels_of(seed, shape)
    mask = np.zeros((2 * step + 1, 2 * step + 1))
    mask[::step, ::step] = MASK
    expected = ndimage.convolve(pixels, mask)
    np.testing.assert_allclose(noise_response(pixels, step), expected, atol=1e-9)


@given(st.integers(0, 2**32 - 1), st.sampled_from([3, 40, 2**20]))
def test_groups_of_brightness_are_those_of_a_stable_order(seed: int, values: int) -> None:
    rng = np.random.default_rng(seed)
    brightness, response = rng.integers(0, values, 500) / 7, rng.normal(size=500)
    mean, noise = noise_by_brightness(brightness, response)
    groups = np.array_split(np.argsort(brightness, kind="stable"), GROUPS)
    assert mean.tolist() == [brightness[group].mean() for group in groups]
    medians = [np.median(np.abs(response[group])) / NORMAL_QUARTILE for group in groups]
    assert noise.tolist() == medians


@pytest.mark.parametrize("levels", [2, 1000])
@given(st.integers(0, 99), SIZES)
def test_areas_of_one_value_are_found_as_by_the_least_and_the_largest_about_each_pixel(
    levels: int, seed: int, shape: tuple[int, int]
) -> None:
    # Squares of one value, and pixels of their own.
    coarse = pixels_of(seed, (3, 3), levels).repeat(14, 0).repeat(14, 1)[: shape[0], : shape[1]]
    changed = np.random.default_rng(seed).random(coarse.shape) < 0.01
    window = Window(np.where(changed, 7, coarse))

    def equal(side: int) -> np.ndarray:
        least, largest = ndimage.minimum_filter, ndimage.maximum_filter
        return np.asarray(least(window.pixels, side) == largest(window.pixels, side))

    def near(mask: np.ndarray, side: int) -> np.ndarray:
        return np.asarray(ndimage.maximum_filter(mask, side))

    filled = near(equal(FILLED), AROUND) | near(window.fill, BESIDE)
    smallest = equal(FILLED) & (window.pixels == window.pixels.min())
    np.testing.assert_array_equal(window.flat, equal(3))
    np.testing.assert_array_equal(window.filled, filled)
    np.testing.assert_array_equal(window.empty, near(smallest, AROUND) | near(window.fill, BESIDE))


def test_a_verdict_on_a_noisy_image_does_without_scipy() -> None:
    program = (
        "import sys, numpy as np\n"
        "from debcr_core import make_image\n"
        "from debcr_core.trained import Card\n"
        "from debcr_core.verdict.fitting import fit_verdict\n"
        "y, x = np.mgrid[:300, :300] / 20\n"
        "light = 200 * (1 + np.sin(x) * np.sin(y)) + 20\n"
        "noisy = np.random.default_rng(0).poisson(light)\n"
        "print(fit_verdict(make_image(noisy.astype('u2'), 'yx'), Card()), 'scipy' in sys.modules)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert told.stdout.split() == [b"fits", b"False"]
