"""A normalizer whose `undo` is no inverse of `apply`: truth has a map of its own."""

from __future__ import annotations

import csv

import numpy as np
import pytest
import tifffile
import torch
from scipy.stats import poisson
from torch import nn

from debcr_core import Normalization, Normalizer, Signature, TorchModel, hookimpl, restore
from debcr_core.image import make_image
from debcr_core.notices import listening
from debcr_core.plugins import Plugins
from debcr_plugins.pairs.image_pair import ImagePair
from debcr_plugins.pairs.normalized import NormalizedPair
from debcr_plugins.training.data.frames import frames_of
from debcr_plugins.training.data.pixels import Pixels
from debcr_plugins.training.training import train
from debcr_plugins.training.validation import _unrestored


class Biased(Normalization):
    """Maps noisy counts by a root that is not undone as such."""

    def at(self, position):
        return self

    def apply(self, block):
        return np.sqrt(block + 1).astype(np.float32)

    def apply_to_truth(self, block):
        return np.sqrt(block).astype(np.float32)

    def undo(self, output, given, kinds):
        return output**2

    def record(self):
        return {}


def test_the_input_is_judged_on_its_own_scale_without_the_bias_of_its_map():
    pixels = np.random.default_rng(0).poisson(1, (8, 8)).astype(np.float32)
    pair = ImagePair("a", make_image(pixels, "yx"), make_image(pixels * 0 + 1, "yx"))
    found = _unrestored(NormalizedPair(pair, Biased(), Biased()))
    np.testing.assert_allclose(found, pixels, atol=1e-5)


@pytest.mark.parametrize("target", ["another", "the input itself"])
def test_targets_are_mapped_as_truth_and_noisy_inputs_that_are_their_own_target_as_inputs(target):
    pixels = np.full((8, 8), 3, np.float32)
    given = make_image(pixels, "yx")
    wanted = given if target == "the input itself" else make_image(pixels, "yx")
    map_ = Biased()
    pair = NormalizedPair(ImagePair("a", given, wanted), map_, map_)
    reading = Pixels([pair], "yx")
    frame = frames_of([pair], "yx")[0]
    block = reading.read(frame, "target", (slice(0, 8), slice(0, 8)))
    mapped = map_.apply(pixels) if wanted is given else map_.apply_to_truth(pixels)
    np.testing.assert_array_equal(block[0], mapped)


PHOTONS = np.linspace(0, 12, 1201)
COUNTS = np.arange(80)
STABLE = 2 * np.sqrt(COUNTS + 3 / 8)
EXPECTED = poisson.pmf(COUNTS, PHOTONS[:, np.newaxis]) @ STABLE
"""What the Anscombe transform of counts is on average, for each number of photons."""


class AnscombeMap(Biased):
    """The Anscombe transform, its exact unbiased inverse, and of truth what that inverts."""

    def apply(self, block):
        return (2 * np.sqrt(block + 3 / 8)).astype(np.float32)

    def apply_to_truth(self, block):
        return np.interp(block, PHOTONS, EXPECTED).astype(np.float32)

    def undo(self, output, given, kinds):
        return np.interp(output, EXPECTED, PHOTONS).astype(np.float32)


class Anscombe(Normalizer):
    """Stabilises the variance of photons."""

    name = "anscombe"

    def fit(self, image):
        return AnscombeMap()


class Mean(nn.Module):
    """The mean of the neighbourhood, and a shift that is learned."""

    def __init__(self):
        super().__init__()
        self.shift = nn.Parameter(torch.tensor(0.15))

    def forward(self, image):
        return nn.functional.avg_pool2d(image, 15, 1, 7, count_include_pad=False) + self.shift


class MeanModel(TorchModel):
    """As a plugin would offer it."""

    name = "mean"

    @property
    def signature(self):
        return Signature("yx", stride=(1, 1))

    def network(self):
        return Mean()


class Plugin:
    @staticmethod
    @hookimpl
    def debcr_models():
        return [MeanModel]

    @staticmethod
    @hookimpl
    def debcr_normalizers():
        return [Anscombe]


def test_an_unbiased_inverse_leaves_no_bias_at_one_photon(tiny, tmp_path):
    plugins = Plugins.discover()
    plugins.register(Plugin, name="lab")
    truth = np.broadcast_to(np.linspace(0.8, 1.2, 64, dtype=np.float32), (64, 64))
    rng = np.random.default_rng(0)
    for kind in ("noisy", "clean"):
        (tmp_path / kind).mkdir()
    for number in range(6):
        tifffile.imwrite(tmp_path / "clean" / f"{number}.tif", truth)
        noisy = rng.poisson(truth).astype(np.float32)
        tifffile.imwrite(tmp_path / "noisy" / f"{number}.tif", noisy)
    config = tiny(
        data={"input": str(tmp_path / "noisy"), "target": str(tmp_path / "clean")},
        model="mean",
        normalizer="anscombe",
        loss="mse",
        patches={"size": 48, "per_epoch": 64},
        optimizer="Adam learning_rate=0.02",
    )
    with listening():  # it cannot be published
        train(config, tmp_path / "run", plugins)
    restored = restore(tmp_path / "noisy" / "0.tif", str(tmp_path / "run"), plugins=plugins)
    # Trained towards `apply` of the truth, it would be 19 % too bright.
    assert float(restored.mean()) == pytest.approx(1, abs=0.04)
    rows = list(csv.DictReader((tmp_path / "run" / "metrics.csv").open()))
    assert float(rows[-1]["rmse"]) < 0.15
