"""What cannot run here is refused with a sentence that says why."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from debcr_core import load_model, restore
from debcr_core.errors import DebcrError, DebcrWarning, ReadError, UsageError
from debcr_core.image import make_image
from debcr_core.yaml.strict import dump_yaml, load_yaml
from debcr_plugins.zoo.running.described_axes import check_sizes
from debcr_plugins.zoo.running.tensors import SINGLE, Axis


def changed(network, change):
    tensors = copy.deepcopy(network.tensors())
    change(tensors)
    return tensors


def second_input(tensors):
    tensors["inputs"].append({**copy.deepcopy(tensors["inputs"][0]), "id": "second"})


def nothing_but_options(tensors):
    tensors["inputs"][0]["optional"] = True


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
        (nothing_but_options, "marks all its inputs as optional"),
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


@pytest.mark.parametrize(
    "size",
    [{"min": 10**9, "step": 1}, {"min": 8, "step": 10**9}, 10**9, 60_000],
)
def test_sizes_that_no_network_has_are_refused_at_once(bundle, convolution, plugins, size):
    def enlarge(tensors):
        for axis in tensors["inputs"][0]["axes"][2:]:
            axis["size"] = size

    with pytest.raises(ReadError, match="Up to 67,108,864 pixels|more than any network has"):
        load_model(bundle(**changed(convolution(), enlarge)), plugins=plugins)


def sized(size, channels):
    """Return the axes of a tensor of three dimensions."""
    return [Axis("channel", "c", channels), *(Axis(axis, axis, size) for axis in "zyx")]


@pytest.mark.parametrize("channels", [1, 97, 1000])
def test_channels_are_no_pixels(channels):
    """As in modest-octopus, which returns 97 channels of 66×116×116 pixels."""
    check_sizes([*sized(100, channels), Axis("i", SINGLE, 1)], "a test")


@pytest.mark.parametrize(
    ("size", "channels", "reason"),
    [
        (407, 1, r"a smallest size of 407×407×407 pixels is refused. Up to 67,108,864 pixels"),
        (405, 17, r"405×405×405 pixels with 17 channels is refused. Up to 1,073,741,824 values"),
    ],
)
def test_the_limit_that_is_exceeded_is_the_one_that_is_told(size, channels, reason):
    check_sizes(sized(405, 16), "a test")
    with pytest.raises(ReadError, match=reason):
        check_sizes(sized(size, channels), "a test")


def test_halos_that_no_network_has_are_refused_at_once(bundle, convolution, plugins):
    def widen(tensors):
        for axis in tensors["inputs"][0]["axes"][2:]:
            axis["size"] = {"min": 8190, "step": 1}
        for axis in tensors["outputs"][0]["axes"][2:]:
            axis["halo"] = 4090

    load_model(bundle(**changed(convolution(), widen)), plugins=plugins)
    with pytest.raises(ReadError, match="Up to 67,108,864 pixels|more than any network has"):
        describe_with_halo(convolution, 5000)


def describe_with_halo(convolution, halo):
    check_sizes([Axis(axis, axis, 8, halo=halo) for axis in "yx"], "a test")


@pytest.mark.parametrize("side", ["preprocessing", "postprocessing"])
def test_endless_processing_is_refused_at_once(bundle, plugins, side):
    steps = [{"id": "scale_range", "kwargs": {"axes": ["x", "y"]}}] * 100
    with pytest.raises(ReadError, match=f"1[0-9][0-9] steps of {side}"):
        load_model(bundle(**{side: steps}), plugins=plugins)


def test_an_onnx_network_that_may_never_end_is_not_run(bundle, plugins, sha256):
    import onnx
    from onnx import TensorProto, helper

    body = helper.make_graph(
        [helper.make_node("Identity", ["again"], ["still"])],
        "body",
        [
            helper.make_tensor_value_info("round", TensorProto.INT64, []),
            helper.make_tensor_value_info("again", TensorProto.BOOL, []),
        ],
        [helper.make_tensor_value_info("still", TensorProto.BOOL, [])],
    )
    folder = bundle()
    network = onnx.load(folder / "weights.onnx")
    truth = helper.make_tensor("truth", TensorProto.BOOL, [], [True])
    network.graph.initializer.append(truth)
    network.graph.node.append(helper.make_node("Loop", ["", "truth"], [], body=body))
    (folder / "weights.onnx").write_bytes(network.SerializeToString())
    rdf = load_yaml((folder / "rdf.yaml").read_text(), "rdf")
    rdf["weights"]["onnx"]["sha256"] = sha256(folder / "weights.onnx")
    (folder / "rdf.yaml").write_text(dump_yaml(rdf))
    model = load_model(folder, plugins=plugins)
    with pytest.raises(ReadError, match="holds a Loop, which may never end"):
        restore(np.eye(9), model, plugins=plugins)


def test_a_recipe_of_a_bundle_that_does_not_name_it_says_so(bundle, plugins):
    recipe = load_model(bundle(), plugins=plugins).recipe
    with pytest.raises(UsageError, match="add weights: BUNDLE"):
        restore(np.eye(9), recipe, plugins=plugins)
