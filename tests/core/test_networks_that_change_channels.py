"""Networks that return more or fewer channels than they see."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import Field

from debcr_core import Normalization, Normalizer, Recipe, restore, restore_file
from debcr_core.components import Model, Predictor
from debcr_core.files.reading import read_image
from debcr_core.flow.restored_shape import restored_like
from debcr_core.image import make_image
from debcr_core.signature import Channel, Signature


class Powers(Model):
    """Returns, of the sum of the channels that it sees, the powers 1, 2, 3…"""

    name = "powers"

    dims: str = Field("yx", description="Axes it works on.")
    together: int = Field(1, description="How many channels it sees at once.")
    made: int = Field(2, description="How many it returns.")

    kinds: tuple[str, ...] = Field((), description="Kinds of what it returns.")

    @property
    def signature(self):
        axes = len(self.dims.replace("c", ""))
        kinds = self.kinds or ("intensity",) * self.made
        return Signature(
            self.dims,
            stride=(1,) * axes,
            halo=(0,) * axes,
            channels_in=self.together,
            channels_out=tuple(Channel(f"power {i + 1}", kind) for i, kind in enumerate(kinds)),
        )

    def predictor(self, weights, device):
        def predict(block, stop):
            assert block.shape[1] == self.together
            total = block.sum(axis=1)
            return np.stack([total ** (i + 1) for i in range(self.made)], axis=1)

        return Predictor(predict)


class Centred(Normalizer):
    """Changes nothing before the network, and subtracts the output's own mean after it."""

    name = "centred"

    def fit(self, image):
        return CentredMap(None)


class CentredMap(Normalization):
    def __init__(self, mean):
        self.mean = mean

    @property
    def needs_output(self):
        return self.mean is None

    def at(self, position):
        return self

    def apply(self, block):
        return block.astype(np.float32)

    def undo(self, output, given, kinds):
        return output - np.float32(self.mean)

    def fit_output(self, output):
        return CentredMap(float(output.mean()))

    def record(self):
        return {}


@pytest.fixture
def recipe(plugins):
    def make(model, normalizer=None, tile=16):
        return Recipe(
            model=model,
            normalizer=normalizer or plugins.create("normalizer", "none"),
            tiler=plugins.create("tiler", "halo-grid", tile=tile),
            blender=plugins.create("blender", "crop"),
        )

    return make


@pytest.fixture
def pixels():
    return np.random.default_rng(0).random((3, 4, 37, 41), np.float32)


def test_each_channel_of_the_image_becomes_several(recipe, plugins, pixels):
    image = make_image(pixels, "tcyx", channels=["a", "b", "c", "d"])
    result = restore(image, recipe(Powers()), plugins=plugins)
    assert result.dims == ("t", "c", "y", "x")
    np.testing.assert_allclose(result[:, 0::2], pixels, rtol=1e-6)
    np.testing.assert_allclose(result[:, 1::2], pixels**2, rtol=1e-6)
    assert list(result.c.values)[:3] == ["a power 1", "a power 2", "b power 1"]


def test_an_image_without_channels_gets_them(recipe, plugins, pixels):
    result = restore(pixels[0, 0], recipe(Powers(made=3)), plugins=plugins)
    assert result.dims == ("c", "y", "x")
    np.testing.assert_allclose(result[2], pixels[0, 0] ** 3, rtol=1e-6)
    assert list(result.c.values) == ["power 1", "power 2", "power 3"]


def test_channels_that_are_seen_together_become_one(recipe, plugins, pixels):
    model = Powers(dims="cyx", together=4, made=1)
    result = restore(make_image(pixels, "tcyx"), recipe(model), plugins=plugins)
    assert result.shape == (3, 1, 37, 41)
    np.testing.assert_allclose(result[:, 0], pixels.sum(axis=1), rtol=1e-6)


def test_volumes_and_their_channels_become_several(recipe, plugins, pixels):
    model = Powers(dims="czyx", together=3, made=2)
    image = make_image(pixels, "czyx")
    result = restore(image, recipe(model), plugins=plugins)
    assert result.dims == ("c", "z", "y", "x")
    np.testing.assert_allclose(result[1], pixels.sum(axis=0) ** 2, rtol=1e-6)


@pytest.mark.parametrize("made", [1, 3, 4])
def test_films_of_several_channels_are_seen_channels_first(recipe, plugins, pixels, made):
    model = Powers(dims="ctyx", together=4, made=made)
    result = restore(make_image(pixels, "tcyx"), recipe(model, tile=3), plugins=plugins)
    assert result.dims == ("t", "c", "y", "x")
    total = pixels.sum(axis=1)
    for c in range(made):
        np.testing.assert_allclose(result[:, c], total ** (c + 1), rtol=2e-6)


def test_films_get_several_channels(recipe, plugins, pixels):
    model = Powers(dims="tyx", made=2)
    result = restore(make_image(pixels[:, 0], "tyx"), recipe(model, tile=3), plugins=plugins)
    assert result.dims == ("t", "c", "y", "x")
    np.testing.assert_allclose(result[:, 1], pixels[:, 0] ** 2, rtol=1e-6)


def test_what_the_network_returns_must_have_the_channels_it_promises(recipe, plugins):
    class Liar(Powers):
        name = "liar"

        @property
        def signature(self):
            return replace(super().signature, channels_out=(Channel(),) * 5)

    with pytest.raises(Exception, match=r"\(1, 5, 16, 16\) was expected"):
        restore(np.zeros((20, 20), np.float32), recipe(Liar()), plugins=plugins)


def test_files_get_the_channels_too(recipe, plugins, pixels, tmp_path):
    np.save(tmp_path / "in.npy", pixels[0, 0])
    output = tmp_path / "out.ome.tif"
    restore_file(tmp_path / "in.npy", output, recipe(Powers()), plugins=plugins)
    written = read_image(output, plugins)
    assert written.sizes["c"] == 2
    np.testing.assert_allclose(written[1], pixels[0, 0] ** 2, rtol=1e-6)


@pytest.mark.parametrize("made", [1, 3])
def test_statistics_of_the_whole_output_are_taken_before_undoing(recipe, plugins, pixels, made):
    image = make_image(pixels, "tcyx")
    result = restore(image, recipe(Powers(made=made), Centred()), plugins=plugins)
    expected = np.stack([pixels ** (i + 1) for i in range(made)], axis=2).reshape(result.shape)
    np.testing.assert_allclose(result, expected - expected.mean(), atol=1e-6)


def test_the_template_keeps_metadata_and_takes_no_memory():
    image = make_image(
        np.broadcast_to(np.uint16(0), (2, 10**6, 10**6)),
        "cyx",
        pixel_size={"y": 0.1, "x": 0.1},
        unit={"y": "µm", "x": "µm"},
        channels=["a", "b"],
    )
    for model in (Powers(made=1), Powers(made=4)):
        template = restored_like(image, model.signature)
        assert template.attrs == image.attrs
        assert template.sizes["c"] == 2 * model.made
        assert template.dtype == np.float32
