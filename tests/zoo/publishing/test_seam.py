"""The published halo is about the smallest whose tiles show no seam on the sample."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from debcr_core.components import Floats, Model, Predictor
from debcr_core.errors import DebcrWarning
from debcr_core.flow.plan import Plan
from debcr_core.signature import Signature
from debcr_core.stopping import Stop
from debcr_plugins.zoo.publishing.seam import ALLOWED, find_seam
from debcr_plugins.zoo.publishing.tensors import test_input as sample_middle


class Blur(Model):
    """A Gaussian blur, whose reach at a seam of 5e-5 is four standard deviations."""

    name = "blur"

    width: tuple[float, float] = (2.0, 4.0)
    everywhere: float = 0.0

    @property
    def signature(self) -> Signature:
        return Signature("yx", (2, 2))

    def predictor(self, weights: Path | None, device: str) -> Predictor:
        def predict(block: Floats, stop: Stop) -> Floats:
            blurred = ndimage.gaussian_filter(block, (0, 0, *self.width), truncate=6)
            return np.asarray(blurred + self.everywhere * block.mean(), np.float32)

        return Predictor(predict)


@pytest.fixture
def sample() -> Floats:
    return np.random.default_rng(0).random((1, 40, 50)).astype(np.float32)


def test_the_halo_is_larger_than_what_a_single_pixel_shows_and_not_much_larger_than_needed(
    sample: Floats,
) -> None:
    seam = find_seam(Blur(), Path(), sample)
    assert seam.error is not None
    assert 0 < seam.error <= ALLOWED
    for margin, width in zip(seam.halo, (2, 4), strict=True):
        assert 3.5 * width <= margin <= 5 * width


def test_one_look_at_a_cut_saves_all_but_one_comparison_of_tiles(
    sample: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    restored = []
    original = Plan.restore

    def counted(*arguments: Any, **rest: Any) -> Any:
        restored.append(arguments)
        return original(*arguments, **rest)

    monkeypatch.setattr(Plan, "restore", counted)
    find_seam(Blur(), Path(), sample)
    assert len(restored) == 2


def test_a_network_that_looks_everywhere_is_published_with_a_warning(
    sample: Floats,
) -> None:
    with pytest.warns(DebcrWarning, match="looks too far for tiles"):
        seam = find_seam(Blur(width=(0.5, 0.5), everywhere=1.0), Path(), sample)
    assert seam.error is not None
    assert seam.error > ALLOWED


def test_a_sample_that_is_too_small_for_a_test_is_continued_by_reflection(sample: Floats) -> None:
    given = sample_middle(sample, Blur(), (60, 20))
    assert given.shape == (1, 60, 50)
    np.testing.assert_array_equal(given[:, 40:], sample[:, :19:-1])
