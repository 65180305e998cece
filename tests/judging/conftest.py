"""Pairs with known answers, models that need no weights, and one report to look at."""

from __future__ import annotations

import numpy as np
import pytest

from debcr_core.image import make_image
from debcr_core.recipe import Recipe
from debcr_core.trained import Card, TrainedModel
from debcr_plugins.judging.judging import judge
from debcr_plugins.pairs.image_pair import ImagePair
from debcr_plugins.simulation import Camera, Micrograph

PIXELS = {"pixel_size": {"y": 0.1, "x": 0.1}, "unit": {"y": "µm", "x": "µm"}}


def noisy_pair(seed, *, side=48, noise=2.0, name=None):
    """Return a simulated micrograph, 100 photons at its peak, with and without noise."""
    rng = np.random.default_rng(seed)
    clean = Micrograph().scene((side, side), rng) * 100
    noisy = Camera(read_noise=noise).record(clean, rng)
    return ImagePair(
        name or f"cell_{seed}", make_image(noisy, "yx", **PIXELS), make_image(clean, "yx", **PIXELS)
    )


@pytest.fixture(scope="session")
def pairs():
    """Return three pairs, the second noisier and the third noisiest."""
    return [noisy_pair(seed, noise=noise) for seed, noise in ((1, 2.0), (2, 6.0), (3, 18.0))]


@pytest.fixture(scope="session")
def model_of(plugins):
    """Return a function that makes a trained model of an architecture without weights."""

    def make(model, card=None):
        recipe = Recipe(
            model=model,
            normalizer=plugins.create("normalizer", "min-max"),
            tiler=plugins.create("tiler", "halo-grid", tile=64),
            blender=plugins.create("blender", "crop"),
        )
        return TrainedModel(model.name, recipe, card=card or Card())

    return make


@pytest.fixture(scope="session")
def blurring(blur, model_of):
    """Return a model that averages nine pixels."""
    card = Card(description="Averages | <b>nine</b> pixels.", trained_on="Nothing.")
    return model_of(blur(step=1, radius=1), card)


@pytest.fixture(scope="session")
def report(pairs, blurring, plugins, tmp_path_factory):
    """Return a judgement whose folder holds the report; to be looked at, not changed."""
    folder = tmp_path_factory.mktemp("judged") / "report"
    names = ("total-variation", "richardson-lucy")
    tune_on = [noisy_pair(seed) for seed in (11, 12)]
    return judge({"mean_of_9": blurring}, pairs, folder, plugins, tune_on=tune_on, baselines=names)
