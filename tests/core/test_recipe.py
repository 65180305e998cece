"""Recipes convert to YAML and back without loss, and say what is wrong with a bad one."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debcr_core.errors import ReadError, UsageError
from debcr_core.hookspecs import hookimpl
from debcr_core.plugins import Plugins
from debcr_core.recipe import Recipe
from debcr_core.yaml.strict import load_yaml

GOOD = """
model: {name: m-rbcr, levels: 1}
weights: denoise
normalizer: {name: percentile, low: 1.0, per: channel}
tiler: {name: halo-grid, tile: 256, halo: 8}
blender: crop
"""


def test_a_recipe_has_the_written_parameters_and_defaults_for_the_rest(plugins):
    recipe = Recipe.from_yaml(GOOD, plugins)
    assert recipe.model.levels == 1
    assert (recipe.normalizer.low, recipe.normalizer.high) == (1.0, 99.9)
    assert recipe.blender.name == "crop"


@given(
    low=st.floats(0, 49),
    high=st.floats(50, 100),
    per=st.sampled_from(["image", "channel", "slice"]),
    tile=st.integers(1, 10_000),
    overlap=st.floats(0, 0.9),
    weights=st.none() | st.text(st.characters(codec="utf-8", exclude_categories=["C"])),
)
def test_yaml_and_back_is_lossless(plugins, low, high, per, tile, overlap, weights):
    recipe = Recipe(
        model=plugins.create("model", "m-rbcr"),
        normalizer=plugins.create("normalizer", "percentile", low=low, high=high, per=per),
        tiler=plugins.create("tiler", "overlap-grid", tile=tile, overlap=overlap),
        blender=plugins.create("blender", "hann"),
        weights=weights,
    )
    assert Recipe.from_yaml(recipe.to_yaml(plugins), plugins) == recipe


def test_a_written_recipe_outlives_a_plugin_that_takes_its_names(plugins):
    class OtherCrop(plugins.find("blender", "crop")):
        """Another blender of that name."""

    @hookimpl
    def debcr_blenders():
        return [OtherCrop]

    crowded = Plugins.discover()
    module = SimpleNamespace(debcr_blenders=debcr_blenders)
    crowded.register(module, name="again", origin="elsewhere")
    recipe = Recipe.from_yaml(GOOD, plugins)
    with pytest.raises(UsageError, match="debcr-zoo/crop, elsewhere/crop"):
        Recipe.from_yaml(GOOD, crowded)
    assert Recipe.from_yaml(recipe.to_yaml(plugins), crowded) == recipe


def test_weights_may_lie_beside_the_recipe(plugins, tmp_path):
    (tmp_path / "w.safetensors").touch()
    (tmp_path / "my.yaml").write_text(GOOD.replace("denoise", "w.safetensors"))
    recipe = Recipe.load(tmp_path / "my.yaml", plugins)
    assert recipe.weights == str(tmp_path / "w.safetensors")


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_a_sentence(plugins, tmp_path, content):
    path = tmp_path / "my.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ReadError, match="The recipe .* cannot be read: "):
        Recipe.load(path, plugins)


@pytest.mark.parametrize(
    ("old", "new", "fragment"),
    [
        ("tiler:", "tyler:", 'unknown key "tyler". Did you mean "tiler"'),
        ("blender: crop", "", 'the key "blender" is missing'),
        ("blender: crop", "blender: corp", 'no blender "corp". Did you mean "crop"'),
        ("blender: crop", "blender: {}", '"blender" must be a name, or a mapping'),
        ("halo: 8", "hallo: 8", 'no parameter "hallo". Did you mean "halo"'),
        (
            "halo: 8",
            "halo: -1",
            '"halo" of tiler "halo-grid" must be a whole number greater than or equal to 0',
        ),
        ("halo: 8", "halo: much", '"halo" of tiler "halo-grid"'),
        ("weights: denoise", "weights: 3", '"weights" must be a name or a path'),
        ("per: channel", "per: pixel", '"per" of normalizer "percentile"'),
    ],
)
def test_a_mistake_is_named_with_its_key(plugins, old, new, fragment):
    with pytest.raises(UsageError) as caught:
        Recipe.from_yaml(GOOD.replace(old, new), plugins, source="my.yaml")
    assert fragment in str(caught.value)
    assert "my.yaml" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("a: &x [*x]", "the alias *x"),
        ("a: 1\na: 2", "line 2: a key stands twice"),
        ("a: !!python/object:os.system x", "tags"),
        ("a: !custom 1", "tags"),
        ("a: [1, 2", "is not valid YAML"),
        ("[" * 50 + "]" * 50, "nested more than"),
        ("\t- x", "is not valid YAML"),
        ("a: \x00", "is not valid YAML"),
        ("x" * 2_000_000, "too long"),
    ],
)
def test_traps_of_yaml_are_refused(text, fragment):
    with pytest.raises(ReadError) as caught:
        load_yaml(text, "my.yaml")
    assert fragment in str(caught.value)


def test_words_stay_words():
    assert load_yaml("a: no\nb: off\nc: 1e-3", "x") == {"a": "no", "b": "off", "c": 1e-3}


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b", "3"])
def test_what_is_no_mapping_is_no_recipe(plugins, text):
    with pytest.raises(ReadError, match="is not a recipe: it needs the keys model, normalizer"):
        Recipe.from_yaml(text, plugins)
