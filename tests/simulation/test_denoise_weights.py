"""The shipped denoising weights, on images that their training never saw."""

import numpy as np
import pytest

from debcr_core.flow.restoration import restore
from debcr_core.image import make_image
from debcr_core.plugins import Plugins
from debcr_plugins.judging.baselines.non_local_means import NonLocalMeans
from debcr_plugins.judging.baselines.total_variation import TotalVariation
from debcr_plugins.judging.baselines.tuning import tune
from debcr_plugins.simulation import Micrograph, expose

READ_NOISE = 1.0
SIDE = 128


def exposed(seed: int, peak: float) -> tuple[np.ndarray, np.ndarray]:
    """A simulated micrograph, in photons: without and with noise. Training seeds are far away."""
    rng = np.random.default_rng(seed)
    clean = Micrograph().scene((SIDE, SIDE), rng) * np.float32(peak)
    return clean, expose(clean, peak, READ_NOISE, rng)


def restored(noisy: np.ndarray, plugins: Plugins) -> np.ndarray:
    image = make_image(noisy, "yx", pixel_size={"y": 0.1, "x": 0.1}, unit={"y": "µm", "x": "µm"})
    return restore(image, plugins=plugins).values


def error(image: np.ndarray, clean: np.ndarray) -> float:
    """Logarithm of the mean squared error in dB, so that images of any brightness average."""
    return float(10 * np.log10(np.mean((image - clean) ** 2)))


@pytest.mark.parametrize("peak", [20, 80])
def test_they_beat_the_noise_by_3_db_and_tuned_filters(peak: float, plugins: Plugins) -> None:
    clean, noisy = exposed(100, peak)
    tuned = [tune(m.grid(), [(noisy, clean)]).baseline for m in (TotalVariation, NonLocalMeans)]
    pairs = [exposed(seed, peak) for seed in range(101, 107)]
    noisy_error = np.mean([error(noisy, clean) for clean, noisy in pairs])
    ours = np.mean([error(restored(noisy, plugins), clean) for clean, noisy in pairs])
    assert ours < noisy_error - 3
    for method in tuned:
        assert ours < np.mean([error(method.restore(noisy), clean) for clean, noisy in pairs])


def test_they_beat_the_noise_where_there_are_five_photons(plugins: Plugins) -> None:
    for seed in range(101, 104):
        clean, noisy = exposed(seed, 5)
        assert error(restored(noisy, plugins), clean) < error(noisy, clean) - 3


def test_they_keep_the_mean_brightness(plugins: Plugins) -> None:
    for seed in range(101, 104):
        _, noisy = exposed(seed, 20)
        result = restored(noisy, plugins)
        assert result.mean() == pytest.approx(noisy.mean(), abs=0.01 * 20)
