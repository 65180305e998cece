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

RECIPE = Path(__file__).parents[2] / "zoo_packages" / "deblur" / "simulate.yaml"


def error(image: np.ndarray, truth: np.ndarray) -> float:
    """Logarithm of the mean squared error in dB, so that images of any brightness average."""
    return float(10 * np.log10(np.mean((image - truth) ** 2)))


@pytest.fixture(scope="module")
def pairs() -> list[tuple[np.ndarray, np.ndarray]]:
    told = read_simulation(RECIPE, seed=1000)
    found = [simulate_pair(told, index) for index in range(6)]
    return [(pair.input.astype(np.float32), pair.sharp) for pair in found]


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
