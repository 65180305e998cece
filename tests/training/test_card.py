"""What a training writes into the card about its images."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from debcr_core import make_image
from debcr_plugins.pairs.image_pair import ImagePair
from debcr_plugins.training.card import card_of


def data(pixels, clean):
    """Return the data of a run: an image to train on and one to validate on."""
    train, validation = (make_image(each, "yx") for each in (pixels, clean))
    return SimpleNamespace(
        train=[SimpleNamespace(pair=ImagePair("a", train, train))],
        validation=[SimpleNamespace(pair=ImagePair("b", validation, validation))],
    )


def test_a_model_covers_the_kinds_of_its_training_images(tiny, degrading):
    raw = np.random.default_rng(0).poisson(50, (128, 128))
    saturated = np.minimum(raw, 55)
    assert card_of(tiny(), data(raw, saturated)).covers == ()
    assert card_of(tiny(), data(saturated, raw)).covers == ("saturated",)


def test_good_images_that_are_degraded_anew_are_not_what_the_model_sees(degrading):
    smooth = np.add.outer(np.arange(128.0), np.arange(128.0))
    raw = np.random.default_rng(0).poisson(smooth)
    assert card_of(degrading(), data(smooth, raw)).covers == ()
    assert card_of(degrading(), data(raw, smooth)).covers == ("noise-free",)


def test_it_says_how_many_photons_good_images_were_degraded_to(tiny, degrading):
    raw = np.random.default_rng(0).poisson(50, (128, 128))
    assert card_of(degrading(), data(raw, raw)).photons == (5, 100)
    assert card_of(tiny(), data(raw, raw)).photons is None
