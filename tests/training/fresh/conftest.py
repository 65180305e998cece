"""Good images in files, and what is made of them."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile

from debcr_plugins.pairs.held_out import opened
from debcr_plugins.training.config_file import checked
from debcr_plugins.training.parts import recipe_of
from debcr_plugins.training.patches_of_run import patches_of


@pytest.fixture
def truths(tmp_path):
    """Return a function that writes five images of one shape, and returns their folder."""

    def write(shape=(60, 70), lowest=10.0):
        folder = tmp_path / "truth"
        folder.mkdir(exist_ok=True)
        for number in range(5):
            pixels = np.random.default_rng(number).uniform(lowest, 100, shape)
            tifffile.imwrite(
                folder / f"cell{number}.tif", pixels.astype(np.float32), photometric="minisblack"
            )
        return folder

    return write


@pytest.fixture
def described(truths):
    """Return a function that makes a configuration on such images."""

    def make(degrade=None, shape=(60, 70), lowest=10.0, **changes):
        document = {
            "data": {"truth": str(truths(shape, lowest)), "split": [0.6, 0.2, 0.2]},
            "degrade": degrade or {},
            "patches": {"size": 16, "per_epoch": 12},
            "model": {"name": "s-rbcr", "residual": True},
        }
        return checked({**document, **changes}, "the test's configuration")

    return make


@pytest.fixture
def made(plugins):
    """Return a function that opens the images of a configuration, and makes its patches."""

    def make(config):
        recipe = recipe_of(config, plugins)
        data = opened(config.data, config.degrade, recipe, plugins)
        return data, patches_of(config, data, recipe)

    return make
