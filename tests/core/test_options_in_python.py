"""`restore` in Python takes what the command takes, and gives the same pixels."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from debcr_core import Recipe, Runner, TrainedModel, make_image, read_image, restore, restore_file
from debcr_core.cli.restore import restore as command
from debcr_core.errors import UsageError
from debcr_core.flow.replay import load_record

OF_FILES = {"inputs", "output", "writer", "record", "overwrite"}
"""Options that have no meaning for an image in memory."""
SHARING = {"resume", "part", "finish", "any_machine"}
OTHERWISE = {"ctx", "recipe", "dry_run", "quiet", "dask"} | SHARING
"""What Python has otherwise: a recipe is a model, `debcr_core.flow.estimate` explains, who listens
is not told twice, `sharing` and `client` say what is made in this run and by whom."""


@pytest.fixture
def recipe(plugins, blur):
    return Recipe(
        model=blur(),
        normalizer=plugins.create("normalizer", "percentile"),
        tiler=plugins.create("tiler", "halo-grid", tile=48),
        blender=plugins.create("blender", "crop"),
    )


@pytest.fixture
def noise():
    return np.random.default_rng(0).poisson(40, (60, 70)).astype(np.uint16)


def test_every_option_of_the_command_is_there():
    options = set(inspect.signature(command).parameters) - OTHERWISE
    assert options - set(inspect.signature(restore_file).parameters) == {"inputs"}
    assert options - set(inspect.signature(restore).parameters) == OF_FILES


@pytest.mark.parametrize("form", ["component", "words", "mapping"])
def test_components_are_given_as_such_in_words_or_as_in_a_recipe(recipe, plugins, noise, form):
    component = plugins.create("normalizer", "percentile", low=5, high=95, clip=True)
    given = {
        "component": component,
        "words": "percentile low=5 high=95 clip=true",
        "mapping": {"name": "percentile", "low": 5, "high": 95, "clip": True},
    }[form]
    changed = recipe.model_copy(update={"normalizer": component})
    expected = restore(noise, changed, plugins=plugins)
    assert not np.array_equal(expected, restore(noise, recipe, plugins=plugins))
    found = restore(noise, recipe, normalizer=given, plugins=plugins)
    np.testing.assert_array_equal(found, expected)


def test_an_open_runner_takes_other_components_too(recipe, plugins, noise):
    whole = restore(noise, recipe, tiler="halo-grid tile=null", blender="crop", plugins=plugins)
    with Runner(TrainedModel("blur", recipe)) as runner:
        tiled = restore(noise, runner, tiler="halo-grid tile=56", plugins=plugins)
    np.testing.assert_allclose(tiled, whole, rtol=1e-6)


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ({"normalizer": "percentil"}, 'Did you mean "percentile"'),
        ({"tiler": "halo-grid 256"}, 'tiler halo-grid 256: "256" should be written key=value'),
        ({"blender": {"nam": "crop"}}, 'blender must be a name, or a mapping with the key "name"'),
        ({"tiler": ""}, "tiler names no tiler"),
        ({"dtype": "uint15"}, 'Did you mean "uint16"'),
    ],
)
def test_mistakes_are_sentences(recipe, plugins, noise, part, sentence):
    with pytest.raises(UsageError) as caught:
        restore(noise, recipe, plugins=plugins, **part)
    assert sentence in str(caught.value)


def test_a_component_of_another_kind_is_refused(recipe, plugins, noise):
    with pytest.raises(UsageError, match="tiler was given Crop, which is no tiler"):
        restore(noise, recipe, tiler=recipe.blender, plugins=plugins)


def test_axes_name_those_of_an_array_and_come_back_in_its_order(recipe, plugins):
    pixels = np.random.default_rng(0).random((40, 30, 2))
    result = restore(pixels, recipe, axes="yxc", plugins=plugins)
    assert result.dims == ("y", "x", "c")
    assert result.shape == pixels.shape
    one = restore(pixels[..., 1], recipe, plugins=plugins)
    # Statistics are of the whole image or of each channel: both are right.
    assert np.corrcoef(result[..., 1].values.ravel(), one.values.ravel())[0, 1] > 0.999


@pytest.mark.parametrize(
    ("dtype", "expected"), [("input", "uint16"), (np.uint8, "uint8"), (None, "float32")]
)
def test_the_pixel_type_is_the_one_that_is_asked_for(recipe, plugins, noise, dtype, expected):
    result = restore(noise, recipe, dtype=dtype, plugins=plugins)
    assert result.dtype == expected
    exact = restore(noise, recipe, plugins=plugins).values
    np.testing.assert_allclose(result, exact, atol=0.5)


def test_an_array_and_a_file_give_the_same_with_all_options(recipe, plugins, noise, tmp_path):
    np.save(tmp_path / "noise.npy", noise)
    options = {
        "normalizer": "min-max",
        "tiler": "halo-grid tile=52",
        "contrast_stretch": True,
        "dtype": "uint16",
        "region": {"y": slice(8, 40)},
        "plugins": plugins,
    }
    restore_file(tmp_path / "noise.npy", tmp_path / "out.npy", recipe, reader="npy", **options)
    expected = read_image(tmp_path / "out.npy", plugins)
    for source in (noise, tmp_path / "noise.npy", make_image(noise, "yx")):
        np.testing.assert_array_equal(restore(source, recipe, **options), expected)


@pytest.mark.parametrize("channel", ["1", np.int64(1)])
def test_a_channel_is_a_number_or_a_word(recipe, plugins, tmp_path, channel):
    pixels = np.random.default_rng(0).poisson(40, (2, 40, 30)).astype(np.uint16)
    np.save(tmp_path / "in.npy", pixels)
    options = {"axes": "cyx", "plugins": plugins}
    expected = restore(pixels, recipe, channel=1, **options)
    np.testing.assert_array_equal(expected[0], restore(pixels[1], recipe, plugins=plugins))
    np.testing.assert_array_equal(restore(pixels, recipe, channel=channel, **options), expected)
    restore_file(tmp_path / "in.npy", tmp_path / "o.tif", recipe, channel=channel, **options)
    np.testing.assert_array_equal(read_image(tmp_path / "o.tif", plugins), expected[0])
    assert load_record(tmp_path / "o.tif", plugins)["input"]["channel"] == "1"
    with pytest.raises(UsageError, match='no channel "2". .*Known: 0, 1'):
        restore(pixels, recipe, channel=2, **options)


def test_a_region_is_given_as_on_the_command_line_or_as_slices(recipe, plugins, noise, tmp_path):
    wanted = {"y": slice(5, 50), "x": slice(20, None)}
    expected = restore(noise, recipe, region=wanted, plugins=plugins)
    found = restore(noise, recipe, region="y=5:50,x=20:", plugins=plugins)
    np.testing.assert_array_equal(found, expected)
    np.save(tmp_path / "in.npy", noise)
    options = {"region": "y=5:50,x=20:", "plugins": plugins}
    restore_file(tmp_path / "in.npy", tmp_path / "o.npy", recipe, **options)
    np.testing.assert_array_equal(read_image(tmp_path / "o.npy", plugins), expected)


@pytest.mark.parametrize(
    ("region", "sentence"),
    [
        ("y", 'The region "y" should name ranges'),
        ("q=0:5", 'names the axis "q"'),
        ({0: slice(0, 5)}, 'names the axis "0"'),
        (slice(0, 5), "give it as text, such as y=0:512"),
    ],
)
def test_a_region_that_is_none_is_a_sentence(recipe, plugins, noise, region, sentence):
    with pytest.raises(UsageError, match=sentence):
        restore(noise, recipe, region=region, plugins=plugins)


@pytest.mark.parametrize(
    ("axes", "sentence"),
    [
        (0, "An array with 0 axes is no image, which has y and x"),
        (1, "An array with 1 axis is no image"),
        (3, 'needs names for them: axes="zyx", or "cyx", "yxc"…'),
        (4, 'needs names for them: axes="czyx", or'),
        (5, 'needs names for them: axes="tczyx", or'),
        (6, "at most 5 axes"),
    ],
)
def test_what_is_said_of_an_array_suits_the_number_of_its_axes(recipe, plugins, axes, sentence):
    with pytest.raises(UsageError, match=sentence):
        restore(np.ones((2,) * axes), recipe, plugins=plugins)
