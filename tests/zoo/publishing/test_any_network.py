"""Any PyTorch network that a plugin offers can be published, or it is said why not."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any
from zipfile import ZipFile

import numpy as np
import onnxruntime
import pytest
import torch
from pydantic import Field
from torch import Tensor, nn

from debcr_core.components import Normalizer
from debcr_core.errors import UsageError
from debcr_core.hookspecs import hookimpl
from debcr_core.plugins import Plugins
from debcr_core.published import Published
from debcr_core.signature import Channel, Signature
from debcr_core.torch_model import TorchModel
from debcr_core.yaml.strict import load_yaml
from debcr_plugins.normalizers.fixed_range import FixedRange
from debcr_plugins.normalizers.mean_std import MeanStd
from debcr_plugins.normalizers.min_max import MinMax
from debcr_plugins.normalizers.none import NoNormalization
from debcr_plugins.normalizers.percentile import Percentile
from debcr_plugins.zoo.publishing.architecture import architecture_of
from debcr_plugins.zoo.publishing.package import package

CONVOLUTIONS = {2: nn.Conv2d, 3: nn.Conv3d}


def convolution(spatial: int, inputs: int, outputs: int) -> nn.Module:
    """A function of this module that the network uses."""
    return CONVOLUTIONS[spatial](inputs, outputs, 3, padding=1)


class SmoothNetwork(nn.Module):
    """One convolution."""

    def __init__(self, spatial: int, inputs: int, outputs: int) -> None:
        super().__init__()
        self.layer = convolution(spatial, inputs, outputs)

    def forward(self, image: Tensor) -> Tensor:
        return self.layer(image)


class CountingNetwork(SmoothNetwork):
    """Multiplies by the number of images, a plain number that an export takes for a constant."""

    def forward(self, image: Tensor) -> Tensor:
        return self.layer(image) * float(image.shape[0])


class NeedsScipyNetwork(SmoothNetwork):
    """Uses a library that consumers may lack."""

    def forward(self, image: Tensor) -> Tensor:
        from scipy import ndimage

        return torch.from_numpy(ndimage.gaussian_filter(image.numpy(), 1))


NETWORKS = {"smooth": SmoothNetwork, "counting": CountingNetwork, "scipy": NeedsScipyNetwork}


class Smooth(TorchModel):
    """A model as a plugin would offer it."""

    name = "smooth"

    dims: str = Field("yx", description="Axes.")
    seen: int = Field(1, description="Channels in.")
    made: int = Field(1, description="Channels out.")
    size: int | None = Field(None, description="The one size.")
    kind: str = Field("smooth", description="Which network.")

    @property
    def signature(self) -> Signature:
        axes = len(self.dims.replace("c", ""))
        return Signature(
            self.dims,
            stride=(2,) * axes,
            fixed_size=None if self.size is None else (self.size,) * axes,
            channels_in=self.seen,
            channels_out=(Channel(),) * self.made,
        )

    def network(self) -> nn.Module:
        torch.manual_seed(0)
        make, parameters = self.architecture()
        return make(**parameters)

    def architecture(self) -> tuple[Callable[..., nn.Module], dict[str, Any]]:
        sizes = {
            "spatial": len(self.signature.spatial_axes),
            "inputs": self.seen,
            "outputs": self.made,
        }
        return NETWORKS[self.kind], sizes


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    class Plugin:
        @staticmethod
        @hookimpl
        def debcr_models() -> list[type[TorchModel]]:
            return [Smooth]

    discovered = Plugins.discover()
    discovered.register(Plugin, name="mine")
    return discovered


@pytest.fixture
def publish(author: Any) -> Callable[..., dict[str, Any]]:
    """Return a function that publishes a model and returns its RDF."""

    def run(model: TorchModel, shape: tuple[int, ...], **rest: Any) -> dict[str, Any]:
        seen = model.signature
        author.shows(shape, f"c{seen.spatial_axes}" if "c" in seen.axes else seen.axes)
        source = author.trains(model, **rest)
        with ZipFile(package(source, author.folder / "bundle.zip", author.plugins)) as archive:
            archive.extractall(author.folder)
        text = (author.folder / "rdf.yaml").read_text()
        values: dict[str, Any] = load_yaml(text, "rdf.yaml")
        return values

    return run


def sizes(rdf: dict[str, Any]) -> dict[str, Any]:
    return {axis["id"]: axis.get("size") for axis in rdf["inputs"][0]["axes"][2:]}


def test_a_network_of_planes(publish: Callable[..., dict[str, Any]]) -> None:
    rdf = publish(Smooth(), (40, 50))
    assert sizes(rdf) == {"y": {"min": 6, "step": 2}, "x": {"min": 6, "step": 2}}
    assert [axis["halo"] for axis in rdf["outputs"][0]["axes"][2:]] == [2, 2]


def test_a_network_of_volumes_with_channels(publish: Callable[..., dict[str, Any]]) -> None:
    rdf = publish(Smooth(dims="czyx", seen=2, made=3), (2, 10, 12, 14))
    assert [axis["id"] for axis in rdf["inputs"][0]["axes"]] == ["batch", "channel", "z", "y", "x"]
    assert len(rdf["inputs"][0]["axes"][1]["channel_names"]) == 2
    assert len(rdf["outputs"][0]["axes"][1]["channel_names"]) == 3
    assert rdf["inputs"][0]["preprocessing"][0]["kwargs"]["axes"] == ["z", "y", "x"]


def test_a_network_of_one_size(publish: Callable[..., dict[str, Any]]) -> None:
    rdf = publish(Smooth(size=32), (40, 50))
    assert sizes(rdf) == {"y": 32, "x": 32}
    assert rdf["config"]["debcr"]["seam"] is None


def test_a_sample_that_is_too_small_for_a_test_is_continued_and_that_is_said(author: Any) -> None:
    author.shows((3, 5), "yx")
    heard: list[str] = []
    package(author.trains(Smooth()), author.folder / "bundle.zip", author.plugins, say=heard.append)
    assert any("3×5 pixels, is continued by reflection to 6×6" in said for said in heard)


def test_clipping_is_done_by_the_published_network(
    publish: Callable[..., dict[str, Any]], author: Any
) -> None:
    rdf = publish(Smooth(), (40, 50), normalizer=Percentile(clip=True))
    (step,) = rdf["inputs"][0]["preprocessing"]
    assert step["id"] == "scale_range"
    session = onnxruntime.InferenceSession(author.folder / "weights.onnx")
    block = np.linspace(-1, 2, 64, dtype=np.float32).reshape(1, 1, 8, 8)
    clipped, whole = (session.run(None, {"input": given})[0] for given in (block, block.clip(0, 1)))
    np.testing.assert_array_equal(clipped, whole)
    assert rdf["weights"]["pytorch_state_dict"]["architecture"]["callable"] == "published_network"


@pytest.mark.parametrize(
    ("normalizer", "step"),
    [
        (Percentile(low=1, high=99, clip=False, per="slice"), ("scale_range", ["y", "x"], 1, 99)),
        (MinMax(), ("scale_range", ["y", "x"], 0, 100)),
        (MinMax(per="image"), ("scale_range", ["channel", "y", "x"], 0, 100)),
    ],
)
def test_ranges_are_one_step_with_axes(normalizer: Normalizer, step: tuple[Any, ...]) -> None:
    (found,) = normalizer.published("cyx").steps
    kwargs = found["kwargs"]
    range_ = kwargs["min_percentile"], kwargs["max_percentile"]
    assert (found["id"], kwargs["axes"], *range_) == step


def test_a_fixed_range_is_a_linear_step_and_no_normalizer_is_none() -> None:
    (step,) = FixedRange(low=100, high=300).published("cyx").steps
    assert step == {"id": "scale_linear", "kwargs": {"gain": 1 / 200, "offset": -0.5}}
    assert NoNormalization().published("cyx").steps == ()


def test_statistics_that_differ_between_consumers_are_refused(
    publish: Callable[..., dict[str, Any]],
) -> None:
    with pytest.raises(UsageError, match='"mean-std" cannot be said in a bundle'):
        publish(Smooth(), (40, 50), normalizer=MeanStd())


def test_a_network_that_an_export_changes_is_refused(
    publish: Callable[..., dict[str, Any]], author: Any
) -> None:
    with pytest.raises(UsageError, match=r"torchscript the network computes something else"):
        publish(Smooth(kind="counting"), (40, 50))
    assert not (author.folder / "bundle.zip").exists()


def test_a_network_that_needs_another_library_is_refused(
    publish: Callable[..., dict[str, Any]],
) -> None:
    with pytest.raises(UsageError, match="needs the library scipy"):
        publish(Smooth(kind="scipy"), (40, 50))


def test_a_library_that_the_model_names_may_be_imported_and_is_pinned() -> None:
    sizes = {"spatial": 2, "inputs": 1, "outputs": 1}
    found = architecture_of(NeedsScipyNetwork, sizes, Published(), ["scipy"])
    assert found.libraries == (f"scipy=={version('scipy')}",)
    assert found.network()(torch.ones(8, 8)).shape == (8, 8)
