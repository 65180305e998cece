"""The shipped deblurring weights, on simulated images that their training never saw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from debcr_core.flow.opening import load_model
from debcr_core.flow.restoration import restore
from debcr_core.image import make_image
from debcr_core.plugins import Plugins
from debcr_plugins.judging.baselines.richardson_lucy import RichardsonLucy
from debcr_plugins.judging.baselines.tuning import tune
from debcr_plugins.simulation import simulate_pair
from debcr_plugins.simulation.config import read_simulation
from debcr_plugins.training.config_file import load_config

RECIPE = Path(__file__).parents[2] / "zoo_packages" / "deblur"


def error(image: np.ndarray, truth: np.ndarray) -> float:
    """Logarithm of the mean squared error in dB, so that images of any brightness average."""
    return float(10 * np.log10(np.mean((image - truth) ** 2)))


@pytest.fixture(scope="module")
def pairs() -> list[tuple[np.ndarray, np.ndarray]]:
    told = read_simulation(RECIPE / "simulate.yaml", seed=1000)
    degradation = load_config(RECIPE / "train.yaml").degrade
    assert degradation is not None
    truths = [simulate_pair(told, index).clean for index in range(6)]
    return [
        degradation.degrade(truth, float(truth.max()), np.random.default_rng(index))
        for index, truth in enumerate(truths)
    ]


def test_they_beat_the_input_by_3_db_and_tuned_richardson_lucy(
    pairs: list[tuple[np.ndarray, np.ndarray]], plugins: Plugins
) -> None:
    model = load_model("deblur", plugins=plugins)
    given, ours, classical = [], [], []
    for blurred, truth in pairs:
        restored = restore(make_image(blurred, "yx"), model, plugins=plugins).values
        best = tune(RichardsonLucy.grid(), [(blurred, truth)]).baseline
        given.append(error(blurred, truth))
        ours.append(error(restored, truth))
        classical.append(error(best.restore(blurred), truth))
    assert np.mean(ours) < np.mean(given) - 3
    assert np.mean(ours) < np.mean(classical)


def test_they_keep_the_total_and_go_nowhere_below_the_darkest(
    pairs: list[tuple[np.ndarray, np.ndarray]], plugins: Plugins
) -> None:
    model = load_model("deblur", plugins=plugins)
    for blurred, truth in pairs:
        restored = restore(make_image(blurred, "yx"), model, plugins=plugins).values
        assert restored.sum() == pytest.approx(truth.sum(), rel=0.05)
        assert restored.min() >= blurred.min()
