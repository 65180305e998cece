"""The published halo is about the smallest whose tiles show no seam on the sample."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from debcr_core.components import Floats, Model, Predictor
from debcr_core.errors import DebcrWarning
from debcr_core.plugins import Plugins
from debcr_plugins.zoo.publishing.seam import ALLOWED, find_seam
from debcr_plugins.zoo.publishing.tensors import test_input as sample_middle


class Blur(Model):
    """A Gaussian blur, whose reach at a seam of 5e-5 is four standard deviations."""

    name = "blur"

    width: tuple[float, float] = (2.0, 4.0)
    everywhere: float = 0.0

    @property
    def axes(self) -> str:
        return "yx"

    @property
    def stride(self) -> tuple[int, ...]:
        return (2, 2)

    @property
    def halo(self) -> tuple[int, ...] | None:
        return None

    def predictor(self, weights: Path | None, device: str) -> Predictor:
        def predict(block: Floats) -> Floats:
            blurred = ndimage.gaussian_filter(block, (0, 0, *self.width), truncate=6)
            return np.asarray(blurred + self.everywhere * block.mean(), np.float32)

        return predict


@pytest.fixture
def sample() -> Floats:
    return np.random.default_rng(0).random((1, 40, 50)).astype(np.float32)


def test_the_halo_is_larger_than_what_a_single_pixel_shows_and_not_much_larger_than_needed(
    sample: Floats, plugins: Plugins
) -> None:
    seam = find_seam(Blur(), Path(), sample, plugins)
    assert seam.error is not None
    assert 0 < seam.error <= ALLOWED
    for margin, width in zip(seam.halo, (2, 4), strict=True):
        assert 3.5 * width <= margin <= 5 * width


def test_one_look_at_a_cut_saves_all_but_one_comparison_of_tiles(
    sample: Floats, plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    restored = []
    original = find_seam.__globals__["restore"]

    def counted(*arguments: Any, **rest: Any) -> Any:
        restored.append(arguments)
        return original(*arguments, **rest)

    monkeypatch.setitem(find_seam.__globals__, "restore", counted)
    find_seam(Blur(), Path(), sample, plugins)
    assert len(restored) == 2


def test_a_network_that_looks_everywhere_is_published_with_a_warning(
    sample: Floats, plugins: Plugins
) -> None:
    with pytest.warns(DebcrWarning, match="looks too far for tiles"):
        seam = find_seam(Blur(width=(0.5, 0.5), everywhere=1.0), Path(), sample, plugins)
    assert seam.error is not None
    assert seam.error > ALLOWED


def test_a_sample_that_is_too_small_for_a_test_is_continued_by_reflection(sample: Floats) -> None:
    given = sample_middle(sample, Blur(), (60, 20))
    assert given.shape == (1, 60, 50)
    np.testing.assert_array_equal(given[:, 40:], sample[:, :19:-1])
