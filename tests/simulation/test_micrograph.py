"""Whole simulated micrographs: seeded, of any shape, and what their ranges say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from debcr_plugins.simulation import GaussianPSF, Micrograph
from debcr_plugins.simulation.ranges import draw
from debcr_plugins.simulation.structures import Nuclei, Puncta, deposit


def scene(seed: int, shape: tuple[int, int]) -> np.ndarray:
    return Micrograph().scene(shape, np.random.default_rng(seed))


def test_the_same_seed_gives_the_same_image() -> None:
    np.testing.assert_array_equal(scene(3, (64, 48)), scene(3, (64, 48)))


def test_another_seed_gives_another_image() -> None:
    assert not np.array_equal(scene(3, (64, 48)), scene(4, (64, 48)))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), height=st.integers(1, 70), width=st.integers(1, 70))
def test_any_shape_can_be_simulated(seed: int, height: int, width: int) -> None:
    image = scene(seed, (height, width))
    assert image.shape == (height, width)
    assert image.dtype == np.float32
    assert np.isfinite(image).all()
    assert image.min() >= 0
    assert image.max() == pytest.approx(1)


@given(seed=st.integers(0, 1000), width=st.floats(0.3, 20), share=st.floats(0, 1))
def test_the_point_spread_function_keeps_all_photons(seed: int, width: float, share: float) -> None:
    rng = np.random.default_rng(seed)
    image = rng.random((40, 56), np.float32)
    psf = GaussianPSF(width=(width, width), halo_share=(share, share))
    assert psf.blur(image, rng).sum() == pytest.approx(image.sum(), rel=1e-4)


def test_a_point_between_pixels_is_split_by_distance() -> None:
    image = deposit((4, 4), np.array([[1.25], [2.5]]), np.array([8.0]))
    np.testing.assert_allclose(image[1:3, 2:4], [[3, 3], [1, 1]])
    assert image.sum() == pytest.approx(8)


@given(st.floats(0.01, 10), st.floats(0, 10))
def test_a_range_is_drawn_within_its_ends(low: float, extra: float) -> None:
    value = draw((low, low + extra), np.random.default_rng(0))
    assert low * 0.999 <= value <= (low + extra) * 1.001


@pytest.mark.parametrize("limits", [(2, 1), (-1, 1), (0, float("inf"))])
def test_a_range_that_makes_no_sense_is_refused(limits: tuple[float, float]) -> None:
    with pytest.raises(ValidationError):
        Micrograph(peak_photons=limits)


def test_parameters_survive_a_round_trip_through_plain_values() -> None:
    parameters = Micrograph(structures=(Nuclei(radius=(9, 9)), Puncta()), peak_photons=(5, 50))
    assert Micrograph.model_validate(parameters.model_dump(mode="json")) == parameters
