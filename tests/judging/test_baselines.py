"""The classical methods, which a trained model has to beat."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from debcr_core.errors import UsageError
from debcr_core.noise_estimates import noise_level
from debcr_plugins.judging.baselines import BASELINES, Baseline, RichardsonLucy, find_baseline
from debcr_plugins.judging.baselines.non_local_means import NonLocalMeans
from debcr_plugins.judging.baselines.photon_noise import PhotonNoise
from debcr_plugins.judging.baselines.total_variation import TotalVariation
from debcr_plugins.judging.baselines.tuning import tune
from debcr_plugins.judging.baselines.wavelet import Wavelet
from debcr_plugins.simulation import Camera, Micrograph

PEAK, READ_NOISE = 20, 1.0
DENOISERS = [NonLocalMeans, TotalVariation, Wavelet]


def scene(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    clean = Micrograph().scene((64, 64), rng) * PEAK
    return clean.astype(float), Camera(read_noise=READ_NOISE).record(clean, rng).astype(float)


def error(image: np.ndarray, truth: np.ndarray) -> float:
    return float(np.mean((image - truth) ** 2))


@pytest.mark.parametrize("method", DENOISERS)
def test_a_tuned_denoiser_improves_another_image(method: type[Baseline]) -> None:
    clean, noisy = scene(1)
    tuned = tune(method.grid(), [(noisy, clean)])
    clean, noisy = scene(2)
    assert error(tuned.baseline.restore(noisy), clean) < 0.5 * error(noisy, clean)


def test_tuned_richardson_lucy_sharpens_another_image_with_a_width_near_the_true_one() -> None:
    truths = [100 * Micrograph().scene((64, 64), np.random.default_rng(s)) for s in (5, 6)]
    blurred = [gaussian_filter(truth, 2.0).astype(float) for truth in truths]
    tuned = tune(RichardsonLucy.grid(), [(blurred[0], truths[0])])
    assert 1.4 <= tuned.baseline.width <= 2.8
    assert error(tuned.baseline.restore(blurred[1]), truths[1]) < 0.7 * error(blurred[1], truths[1])


@pytest.mark.parametrize("method", BASELINES.values(), ids=list(BASELINES))
@pytest.mark.parametrize(("gain", "offset"), [(1000, 0), (0.001, 0), (1, 500), (3, -4000)])
def test_parameters_mean_the_same_on_every_intensity_scale(method, gain, offset) -> None:
    _, noisy = scene(3)
    chosen = [baseline for baseline in method.grid() if not getattr(baseline, "stabilise", False)]
    for baseline in chosen[:: len(chosen) // 3]:
        plain = baseline.restore(noisy)
        scaled = (baseline.restore(gain * noisy + offset) - offset) / gain
        np.testing.assert_allclose(scaled, plain, atol=0.05)


@pytest.mark.parametrize("method", DENOISERS)
@pytest.mark.parametrize(("gain", "offset"), [(50, 0), (0.01, 0), (2, 100), (3, -40)])
def test_photon_noise_is_made_even_whatever_the_gain_and_offset(method, gain, offset) -> None:
    _, noisy = scene(3)
    baseline = method(stabilise=True)
    scaled = (baseline.restore(gain * noisy + offset) - offset) / gain
    np.testing.assert_allclose(scaled, baseline.restore(noisy), atol=0.05)


@pytest.mark.parametrize("method", BASELINES.values(), ids=list(BASELINES))
@pytest.mark.parametrize(
    "plane",
    [np.full((20, 20), 7.0), np.zeros((20, 20)), np.eye(5), np.arange(12.0).reshape(3, 4)],
    ids=["constant", "zero", "tiny", "a ramp without noise"],
)
def test_odd_images_come_back_finite_and_of_the_same_shape(method, plane) -> None:
    for baseline in method.grid()[::3]:
        restored = baseline.restore(plane)
        assert restored.shape == plane.shape
        assert np.isfinite(restored).all()


def test_richardson_lucy_leaves_a_bright_border_bright() -> None:
    plane = np.full((40, 40), 100.0)
    plane[20, 20] = 0
    restored = RichardsonLucy(width=2.0, iterations=8).restore(plane)
    np.testing.assert_allclose(restored[0], 100, rtol=0.02)


def test_several_images_weigh_alike_in_tuning_however_bright_they_are() -> None:
    clean, noisy = scene(4)
    flat = np.zeros_like(clean), np.random.default_rng(0).normal(0, 1, clean.shape)
    candidates = [TotalVariation(strength=0.5), TotalVariation(strength=50)]
    assert tune(candidates, [(noisy, clean)]).baseline.strength == 0.5
    for brightness in (0.01, 100):
        both = [(brightness * noisy, brightness * clean), flat[::-1]]
        assert tune(candidates, both).baseline.strength == 50


def test_tuning_says_how_much_error_is_left_and_where_the_grid_ends() -> None:
    clean, noisy = scene(1)
    tuned = tune([TotalVariation(strength=s) for s in (0.01, 0.02)], [(noisy, clean)])
    left = np.sqrt(error(tuned.baseline.restore(noisy), clean) / error(noisy, clean))
    assert tuned.error == pytest.approx(left)
    assert tuned.at_the_edge == ("strength",)
    wide = [TotalVariation(strength=s) for s in (0.01, 1.5, 500)]
    assert tune(wide, [(noisy, clean)]).at_the_edge == ()


def test_an_unknown_baseline_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match='no baseline "wavelets". Did you mean "wavelet"?'):
        find_baseline("wavelets")


def test_the_noise_level_of_pure_noise_is_found() -> None:
    noise = np.random.default_rng(0).normal(10, 3, (200, 200))
    assert noise_level(noise) == pytest.approx(3, rel=0.03)


@pytest.mark.parametrize("gain", [0.01, 1, 30])
@pytest.mark.parametrize(("read_noise", "offset"), [(0, 0), (3, 0), (1, 100)])
def test_photon_noise_is_found_in_the_image_itself(gain, read_noise, offset) -> None:
    rng = np.random.default_rng(0)
    clean = Micrograph().scene((256, 256), rng) * 100
    camera = Camera(read_noise=read_noise, gain=gain, offset=offset)
    found = PhotonNoise.of(camera.record(clean, rng).astype(float))
    assert found.gain == pytest.approx(gain, rel=0.15)
    for photons in (30, 60):
        variance = found.gain * (gain * photons + offset) + found.variance_at_zero
        assert variance == pytest.approx(gain**2 * (photons + read_noise**2), rel=0.25)


def test_noise_that_is_even_is_not_taken_for_photon_noise_of_any_strength() -> None:
    ramp = np.tile(np.linspace(0, 100, 200), (200, 1))
    found = PhotonNoise.of(ramp + np.random.default_rng(0).normal(0, 5, ramp.shape))
    assert found is None or found.gain * 100 < 0.2 * 25


@pytest.mark.parametrize("photons", [3, 10, 100])
@pytest.mark.parametrize(("gain", "read_noise", "offset"), [(1, 0, 0), (1, 2, 0), (4, 2, 100)])
def test_the_anscombe_transform_makes_noise_even_and_comes_back_without_bias(
    photons: float, gain: float, read_noise: float, offset: float
) -> None:
    flat = np.full((400, 400), photons, np.float32)
    camera = Camera(read_noise=read_noise, gain=gain, offset=offset)
    noise = PhotonNoise(gain=gain, variance_at_zero=gain**2 * read_noise**2 - gain * offset)
    stable = noise.stabilised(camera.record(flat, np.random.default_rng(4)).astype(float))
    assert stable.std() == pytest.approx(1, rel=0.08)
    back = noise.unstabilised(np.full((1, 1), stable.mean()))[0, 0]
    assert (back - offset) / gain == pytest.approx(photons, rel=0.03)
