"""Networks of PyTorch that are exported well, badly or not at all, and a cache for each test."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from pydantic import Field
from torch import nn

from debcr_core import Recipe, Signature, TorchModel, TrainedModel, make_image
from debcr_core.trained import Card, save_trained


class Smooth(nn.Module):
    def __init__(self, maps):
        super().__init__()
        self.first, self.last = nn.Conv2d(1, maps, 3, padding=1), nn.Conv2d(maps, 1, 3, padding=1)

    def forward(self, image):
        return image + self.last(torch.relu(self.first(image)))


class BySize(Smooth):
    """Depends on its input's size in a way that watching it at one size does not show."""

    def forward(self, image):
        return super().forward(image) * float(image.shape[-1])


class Sorted(Smooth):
    """Uses an operation that ONNX has none for."""

    def forward(self, image):
        return super().forward(image) + torch.kthvalue(image, 1, dim=-1, keepdim=True).values


class Tiny(TorchModel):
    """A network of two convolutions."""

    name = "tiny"

    maps: int = Field(4, description="Maps between them.")
    made_by: str = Field("Smooth", description="Which network.")

    @property
    def signature(self):
        return Signature("yx", (1, 1), (2, 2))

    def network(self):
        torch.manual_seed(0)
        return {"Smooth": Smooth, "BySize": BySize, "Sorted": Sorted}[self.made_by](self.maps)


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    """Return the cache folder of this test."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("DEBCR_CACHE", str(folder))
    return folder


@pytest.fixture
def tiny(plugins, tmp_path):
    """Return a function that makes a trained model with weights in a file."""

    def make(name="tiny.safetensors", card=None, **parameters):
        model = Tiny(**parameters)
        parts = {kind: plugins.create(kind, part) for kind, part in PARTS.items()}
        recipe = Recipe(model=model, **parts)
        tensors = {key: value.numpy() for key, value in model.network().state_dict().items()}
        path = tmp_path / name
        saved = recipe.model_copy(update={"model": plugins.create("model", "unet")})
        save_trained(path, tensors, saved, card or Card(), plugins)
        return TrainedModel(str(path), recipe, path)

    return make


PARTS = {"normalizer": "min-max", "tiler": "halo-grid", "blender": "crop"}


@pytest.fixture
def cells():
    """Return a noisy image."""
    y, x = np.mgrid[:90, :110]
    brightness = 100 + 900 * np.exp(-((y - 40) ** 2 + (x - 60) ** 2) / 300)
    pixels = np.random.default_rng(0).poisson(brightness).astype(np.uint16)
    return make_image(pixels, "yx")
