"""A normalizer of a plugin goes into a bundle as PyTorch modules, and back without the plugin."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from debcr_core import Normalization, Normalizer, restore
from debcr_core.errors import DebcrError
from debcr_core.hookspecs import hookimpl
from debcr_core.plugins import Plugins
from debcr_core.published import Folded, Published
from debcr_core.signature import Signature
from debcr_core.torch_model import TorchModel
from debcr_plugins.zoo.certifying.certifying import certify
from debcr_plugins.zoo.publishing.package import package


class Forward(nn.Module):
    """The Anscombe transform of counts."""

    def __init__(self, gain: float) -> None:
        super().__init__()
        self.register_buffer("gain", torch.tensor(gain), persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        return 2 * torch.sqrt(image.clamp(min=0) / self.gain + 3 / 8)


class Unbiased(nn.Module):
    """Its exact unbiased inverse, in closed form (Mäkitalo and Foi, 2011)."""

    def __init__(self, gain: float) -> None:
        super().__init__()
        self.register_buffer("gain", torch.tensor(gain), persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        d = image.clamp(min=1.2247)
        root = 1.5**0.5
        counts = d**2 / 4 + root / (4 * d) - 11 / (8 * d**2) + 5 * root / (8 * d**3) - 1 / 8
        return self.gain * counts


@dataclass(frozen=True)
class AnscombeMap(Normalization):
    gain: float

    def at(self, position):
        return self

    def apply(self, block):
        counts = np.maximum(block.astype(np.float64), 0) / self.gain
        return (2 * np.sqrt(counts + 3 / 8)).astype(np.float32)

    def undo(self, output, given, kinds):
        with torch.inference_mode():
            return Unbiased(self.gain)(torch.from_numpy(np.array(output))).numpy()

    def record(self):
        return {"gain": self.gain}


class Anscombe(Normalizer):
    """Stabilises the variance of photon counts."""

    name = "anscombe"

    gain: float = 2.0

    def fit(self, image):
        return AnscombeMap(self.gain)

    def published(self, axes):
        parameters = {"gain": self.gain}
        return Published(before=Folded(Forward, parameters), after=Folded(Unbiased, parameters))


class Weighted(Forward):
    """Keeps its number as a weight."""

    def __init__(self, gain: float) -> None:
        super().__init__(gain)
        self.weight = nn.Parameter(torch.tensor(gain))


class Laden(Anscombe):
    """Folds in a module with weights."""

    name = "laden"

    def published(self, axes):
        return Published(before=Folded(Weighted, {"gain": self.gain}))


class Mistaken(Anscombe):
    """Says an inverse that is not its own."""

    name = "mistaken"

    def published(self, axes):
        rest = super().published(axes)
        return Published(before=rest.before, after=Folded(Unbiased, {"gain": 3.0}))


class Unfinished(Anscombe):
    """Folds what is no clipping into the network, and leaves the way back to us."""

    name = "unfinished"

    def published(self, axes):
        return Published(before=super().published(axes).before)


class Nothing(Anscombe):
    """Says something else."""

    name = "nothing"

    def published(self, axes):
        return []


class Plugin:
    @staticmethod
    @hookimpl
    def debcr_models():
        return [Smooth]

    @staticmethod
    @hookimpl
    def debcr_normalizers():
        return [Anscombe, Mistaken, Unfinished, Nothing, Laden]


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    discovered = Plugins.discover()
    discovered.register(Plugin, name="lab")
    return discovered


class SmoothNetwork(nn.Module):
    """Adds a little of the neighbourhood."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(1, 1, 5, padding=2)

    def forward(self, image: Tensor) -> Tensor:
        return image + self.layer(image) / 8


class Smooth(TorchModel):
    """A model as a plugin would offer it."""

    name = "smooth"

    @property
    def signature(self):
        return Signature("yx", stride=(1, 1))

    def network(self):
        torch.manual_seed(0)
        return SmoothNetwork()


def published(author: Any, normalizer: Normalizer) -> Path:
    author.shows((40, 48), "yx")
    source = author.trains(Smooth(), normalizer=normalizer)
    return package(source, author.folder / "bundle.zip", author.plugins)


def test_our_runner_with_and_without_the_plugin_and_onnx_runtime_give_the_same_image(author: Any):
    bundle = published(author, Anscombe())
    sample = author.folder / "sample.tif"
    ours = restore(sample, str(bundle), device="cpu", plugins=author.plugins).values
    plain = Plugins.discover()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        without = restore(sample, str(bundle), device="cpu", plugins=plain).values
    with ZipFile(bundle) as archive:
        session = onnxruntime.InferenceSession(archive.read("weights.onnx"))
        with archive.open("test_input.npy") as file:
            given = np.load(file)
    theirs = session.run(None, {"input": given})[0][0, 0]
    trained = restore(
        sample, str(author.folder / "weights.safetensors"), device="cpu", plugins=author.plugins
    ).values
    assert theirs.shape == trained.shape
    for other in (ours, without, theirs):
        np.testing.assert_allclose(other, trained, rtol=1e-4, atol=1e-3)


def test_such_a_bundle_passes_our_own_certificate(author: Any):
    bundle = published(author, Anscombe())
    certificate = certify(bundle, trust_code=True, plugins=author.plugins)
    assert not [check for check in certificate.checks if check.state == "failed"]


@pytest.mark.parametrize(
    ("normalizer", "words"),
    [
        (Mistaken(), 'with its module "after", a bundle makes something else'),
        (Unfinished(), 'with its module "before", a bundle makes something else'),
        (Laden(), "has weights of its own"),
        (Nothing(), "returned list from published"),
    ],
)
def test_a_normalizer_that_says_of_itself_what_is_not_so_is_refused(
    author: Any, normalizer: Normalizer, words: str
):
    with pytest.raises(DebcrError) as refused:
        published(author, normalizer)
    assert words in str(refused.value)
