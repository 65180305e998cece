"""A tiny data set and a run on it that takes a second."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile

from debcr_plugins.training.config_file import checked

SIDE = 40


@pytest.fixture(scope="session")
def tiny_images(tmp_path_factory):
    """Six noisy images of blobs, and the same without noise."""
    folder = tmp_path_factory.mktemp("tiny")
    y, x = np.mgrid[:SIDE, :SIDE]
    for kind in ("noisy", "clean"):
        (folder / kind).mkdir()
    for number in range(6):
        rng = np.random.default_rng(number)
        clean = sum(
            100 * np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / 30)
            for cy, cx in rng.uniform(0, SIDE, (5, 2))
        )
        tifffile.imwrite(folder / "clean" / f"image{number}.tif", clean.astype(np.float32))
        noisy = rng.poisson(clean + 10).astype(np.float32)
        tifffile.imwrite(folder / "noisy" / f"image{number}.tif", noisy)
    return folder


SECTIONS = ("data", "patches", "stopping", "machine")


@pytest.fixture(scope="session")
def tiny(tiny_images):
    """Return a function that makes a configuration; sections are merged with the defaults here."""

    def make(**changes):
        document = {
            "data": {
                "input": str(tiny_images / "noisy"),
                "target": str(tiny_images / "clean"),
                "target_scale": "input",
                "split": [0.7, 0.3, 0.0],
            },
            "model": {"name": "s-rbcr", "residual": True},
            "patches": {"size": 16, "per_epoch": 8},
            "batch_size": 4,
            "stopping": {"epochs": 3},
            "machine": {"accelerator": "cpu"},
            "pictures": 0,
        }
        for key, value in changes.items():
            merged = isinstance(value, dict) and key in SECTIONS
            document[key] = {**document[key], **value} if merged else value
        return checked(document, "the test's configuration")

    return make


@pytest.fixture(scope="session")
def degrading(tiny, tiny_images):
    """Return a function like `tiny`, for a run that has the clean images alone."""

    def make(**changes):
        data = {"input": None, "target": None, "truth": str(tiny_images / "clean")}
        return tiny(data=data, degrade={"photons": [5, 100]}, **changes)

    return make
