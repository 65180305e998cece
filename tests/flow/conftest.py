"""Images, models and recipes of the flow's tests."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from pydantic import Field

from debcr_core import Predictor, Recipe, Signature, TrainedModel, make_image
from debcr_core.components import Model
from debcr_core.files import small_images


@pytest.fixture(autouse=True, scope="module")
def lazily():
    """Read files lazily, since the small ones of tests stand for large ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(small_images, "SMALL", 0)
        yield


class Slow(Model):
    """Returns its input after many short steps, and looks whether it should stop in each."""

    name = "slow"

    steps: int = Field(200, description="Steps of 20 ms that a tile takes.")
    started: object = Field(default_factory=threading.Event, description="Set in the first tile.")

    @property
    def signature(self):
        return Signature("yx", (1, 1), (0, 0))

    def predictor(self, weights, device):
        def compute(block, stop):
            self.started.set()
            for _ in range(self.steps):
                stop.check()
                time.sleep(0.02)
            return block

        return Predictor(compute)


@pytest.fixture
def slow():
    return Slow()


@pytest.fixture
def recipe(plugins):
    """Return a function that makes a recipe of a network; parts by name, with parameters."""

    def make(model, **parts):
        named = {"normalizer": "min-max", "tiler": "halo-grid", "blender": "crop", **parts}
        made = {
            kind: plugins.create(kind, part.pop("name"), **part)
            if isinstance(part, dict)
            else plugins.create(kind, part)
            if isinstance(part, str)
            else part
            for kind, part in named.items()
        }
        return Recipe(model=model, **made)

    return make


@pytest.fixture
def trained(recipe):
    """Return a function that makes a trained model of a network."""

    def make(model, **parts):
        return TrainedModel("test", recipe(model, **parts))

    return make


@pytest.fixture
def noise():
    """Return a function that makes an image of noise."""

    def make(*shape, dims="tczyx", dtype=np.uint16):
        pixels = np.random.default_rng(0).integers(50, 3000, shape).astype(dtype)
        return make_image(pixels, dims[-len(shape) :] if len(dims) > len(shape) else dims)

    return make
