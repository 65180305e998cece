"""What cannot run here is refused with a sentence that says why."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from debcr_core import load_model, restore
from debcr_core.errors import DebcrError, DebcrWarning, ReadError, UsageError
from debcr_core.image import make_image


def changed(network, change):
    tensors = copy.deepcopy(network.tensors())
    change(tensors)
    return tensors


def second_input(tensors):
    tensors["inputs"].append({**copy.deepcopy(tensors["inputs"][0]), "id": "second"})


def enlarging(tensors):
    tensors["outputs"][0]["axes"][2]["scale"] = 0.5


def detecting(tensors):
    axis = tensors["outputs"][0]["axes"][2]
    axis.clear()
    axis.update(type="index", id="object", size={"min": 1})


def no_image(tensors):
    for tensor in (*tensors["inputs"], *tensors["outputs"]):
        tensor["axes"] = tensor["axes"][:3]


@pytest.mark.parametrize(
    ("change", "fragment"),
    [
        (second_input, r"wants 2 inputs \(raw, second\)"),
        (enlarging, "not of the input's size"),
        (detecting, "object"),
        (no_image, "lacks an axis y or x"),
    ],
)
def test_models_that_do_not_restore_one_image(bundle, convolution, plugins, change, fragment):
    with pytest.raises(ReadError, match=fragment):
        load_model(bundle(**changed(convolution(), change)), plugins=plugins)


def test_further_outputs_are_left_out_and_named(bundle, convolution, plugins):
    def second_output(tensors):
        tensors["outputs"].append({**copy.deepcopy(tensors["outputs"][0]), "id": "second"})

    folder = bundle(**changed(convolution(), second_output))
    with pytest.warns(DebcrWarning, match='"restored" is taken; left out: second'):
        load_model(folder, plugins=plugins)


@pytest.mark.parametrize(
    ("key", "value", "fragment"),
    [
        ("format_version", "0.3.6", "format 0.3.6"),
        ("format_version", None, "format"),
        ("type", "dataset", "describes no model"),
        ("name", 7, "name"),
        ("license", ["a"], "license"),
        ("inputs", [], "inputs"),
        ("weights", {}, "weights"),
        ("weights", {"onnx": {"source": "weights.onnx"}}, "opset_version"),
    ],
)
def test_rdfs_that_are_not_valid_name_the_key(bundle, plugins, key, value, fragment):
    with pytest.raises(ReadError, match=fragment):
        load_model(bundle(**{key: value}), plugins=plugins)


def test_weights_of_other_libraries_are_named(bundle, plugins):
    entry = {"source": "weights.onnx", "tensorflow_version": "1.15"}
    folder = bundle(weights={"keras_hdf5": entry})
    with pytest.raises(ReadError, match="offers weights as keras_hdf5"):
        load_model(folder, plugins=plugins)


def test_an_image_without_the_channels_is_refused(bundle, convolution, plugins):
    model = load_model(bundle(convolution(seen=3)), plugins=plugins)
    with pytest.raises(UsageError, match="3 channels at once, but the image has 2"):
        restore(make_image(np.zeros((2, 9, 9)), "cyx"), model, plugins=plugins)


def test_colour_images_are_taken_by_networks_that_see_colours(bundle, convolution, plugins):
    model = load_model(bundle(convolution(seen=3, returned=3)), plugins=plugins)
    photograph = make_image(np.ones((9, 9, 3), np.uint8), "yxc", rgb=True)
    assert restore(photograph, model, plugins=plugins).sizes["c"] == 3


def test_a_file_that_is_no_onnx(bundle, plugins):
    folder = bundle(weights={"onnx": {"source": "README.md", "opset_version": 17}})
    with pytest.warns(DebcrWarning, match="no sha256 for README.md"):
        model = load_model(folder, plugins=plugins)
    with pytest.raises(ReadError, match="README.md"):
        restore(np.eye(9), model, plugins=plugins)


def test_a_network_whose_output_is_not_what_the_rdf_says(bundle, convolution, plugins):
    class Other(convolution):
        def tensors(self):
            return convolution(returned=2).tensors()

    model = load_model(bundle(Other()), plugins=plugins)
    with pytest.raises(DebcrError, match="was expected"):
        restore(np.eye(9), model, plugins=plugins)


def test_the_recipe_of_an_onnx_model_can_be_written_and_read(bundle, plugins):
    from debcr_core import Recipe

    recipe = load_model(bundle(), plugins=plugins).recipe
    assert Recipe.from_yaml(recipe.to_yaml(plugins), plugins) == recipe
