"""What format 0.4 allows runs, or the sentence says what format 0.5 has no place for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from debcr_core import load_model, restore
from debcr_core.errors import DebcrWarning, ReadError
from debcr_core.image import make_image
from debcr_plugins.tilers.halo_grid import HaloGrid
from debcr_plugins.zoo.running.description import describe
from debcr_plugins.zoo.running.steps_0_4 import converted
from debcr_plugins.zoo.running.validating import validated

CLOSE = {"rtol": 1e-5, "atol": 1e-5}


def pixels(*shape):
    return np.random.default_rng(0).gamma(2.0, 100.0, shape).astype(np.float32)


def tensors(axes="bcyx", data_type="float32", **shapes):
    """Return the tensors of an RDF of format 0.4 whose output is of its input's size."""
    count = len(axes)
    free = {"min": [1] * (count - 2) + [20, 20], "step": [0] * (count - 2) + [4, 4]}
    same = {"reference_tensor": "raw", "scale": [1.0] * count, "offset": [0.0] * count}
    given = {"name": "raw", "axes": axes, "data_type": data_type}
    made = {"name": "restored", "axes": axes, "data_type": "float32"}
    return {
        "inputs": [{**given, "shape": shapes.get("seen", free)}],
        "outputs": [{**made, "shape": shapes.get("made", same)}],
    }


def old_rdf(minimal_rdf, **changes):
    old = {
        "format_version": "0.4.10",
        "test_inputs": ["in.npy"],
        "test_outputs": ["out.npy"],
        "weights": {"onnx": {"source": "weights.onnx"}},
        **tensors(),
    }
    return {**minimal_rdf(), **old, **changes}


@pytest.fixture
def old_bundle(bundle, sha256, plugins):
    """Return a function that makes a bundle of format 0.4 with a network, and loads its model."""

    def make(network, **changes):
        old = {
            "format_version": "0.4.10",
            "test_inputs": ["in.npy"],
            "test_outputs": ["out.npy"],
            **tensors(),
            **changes,
        }
        return load_model(bundle(network, **old), plugins=plugins)

    return make


def test_a_fixed_size_with_a_halo_is_tiled(old_bundle, convolution, plugins):
    network = convolution()
    sizes = tensors(seen=[1, 1, 32, 32], made=[1, 1, 32, 32])
    sizes["outputs"][0]["halo"] = [0, 0, 8, 8]
    model = old_bundle(network, **sizes)
    assert model.recipe.model.signature.fixed_size == (32, 32)
    assert model.recipe.model.signature.halo == (8, 8)
    image = pixels(70, 50)
    result = restore(image, model, plugins=plugins).values
    expected = network.whole(image[None])[0]
    np.testing.assert_allclose(result[1:-1, 1:-1], expected[1:-1, 1:-1], rtol=1e-4)


@pytest.mark.parametrize("size", [20, 32])
def test_an_output_of_one_size_fixes_the_inputs(minimal_rdf, size):
    """As in joyful-deer, whose input may have many sizes, and whose output has the smallest."""
    sizes = tensors(made=[1, 1, size, size])
    sizes["outputs"][0]["halo"] = [0, 0, 4, 4]
    described = describe(old_rdf(minimal_rdf, **sizes), "x")
    assert [(axis.size, axis.step) for axis in described.input.axes[2:]] == [(size, 0)] * 2
    assert [axis.halo for axis in described.output.axes[2:]] == [4, 4]


def test_an_output_of_a_size_that_the_input_never_has_is_none_of_an_image(minimal_rdf):
    with pytest.raises(ReadError, match="not of the input's size"):
        describe(old_rdf(minimal_rdf, **tensors(made=[1, 1, 33, 33])), "x")


@pytest.mark.parametrize("halo", [[0, 0, 0, 0, 0], [0, 0, 0, 8, 8]])
def test_films_may_have_a_halo_in_space_alone(minimal_rdf, halo):
    sizes = tensors("bctyx", seen=[1, 1, 5, 32, 32])
    sizes["outputs"][0]["halo"] = halo
    output = describe(old_rdf(minimal_rdf, **sizes), "x").output
    assert [axis.halo for axis in output.axes[2:]] == halo[2:]


@pytest.mark.parametrize("depth", [1, None])
def test_volumes_of_one_plane_are_planes(bundle, convolution, plugins, depth):
    """As those of PlantSeg for planes, in format 0.5: z is given, or is that of the input."""
    network = convolution(layout="bcsyx")
    changed = network.tensors()
    z = {"type": "space", "id": "z"}
    same = {"tensor_id": "raw", "axis_id": "z"}
    changed["inputs"][0]["axes"][2] = {**z, "size": 1}
    changed["outputs"][0]["axes"][2] = {**z, "size": depth or same}
    model = load_model(bundle(network, **changed), plugins=plugins)
    image = pixels(2, 30, 40)
    result = restore(make_image(image, "zyx"), model, plugins=plugins).values
    for plane, restored in zip(image, result, strict=True):
        np.testing.assert_allclose(restored, network.whole(plane[None])[0], rtol=1e-4, atol=1e-2)


def test_volumes_of_one_plane_are_planes_in_format_0_4(old_bundle, convolution, plugins):
    network = convolution(layout="bcsyx")
    model = old_bundle(network, **tensors("bczyx"))
    assert model.recipe.model.signature.axes == "yx"
    image = pixels(24, 28)
    result = restore(image, model, plugins=plugins).values
    np.testing.assert_allclose(result, network.whole(image[None])[0], rtol=1e-4, atol=1e-2)


@pytest.mark.parametrize("axes", ["bctyx", "bczyx", "byxcz"])
def test_an_axis_of_length_one_is_left_out_whichever_it_is(minimal_rdf, axes):
    seen = [{"y": 64, "x": 64}.get(axis, 1) for axis in axes]
    described = describe(old_rdf(minimal_rdf, **tensors(axes, seen=seen)), "x")
    assert described.input.spatial == described.output.spatial == "yx"
    assert described.output.layout == described.input.layout


def test_a_plane_that_becomes_a_volume_is_none_of_an_image(minimal_rdf):
    deep = {"reference_tensor": "raw", "scale": [1.0] * 5, "offset": [0, 0, 2.5, 0, 0]}
    with pytest.raises(ReadError, match="not one of the input"):
        describe(old_rdf(minimal_rdf, **tensors("bczyx", made=deep)), "x")


METADATA = {
    "a name of four letters": {"name": "Nets"},
    "a name of other letters": {"name": "Zellkerne: größer"},
    "a name of 200 letters": {"name": "x" * 200},
    "a long description": {"description": "x" * 2000},
    "documentation that is no Markdown": {"documentation": "notebook.ipynb"},
    "a licence that is not listed": {"license": "ask me"},
    "a citation without a scheme": {"cite": [{"text": "me", "url": "example.org"}]},
    "authors by name alone": {"authors": ["Nobody"]},
    "configuration of any form": {"config": {"bioimageio": "x", "debcr": [1]}},
    "a sample of one input": {"sample_inputs": ["a.tif"], "sample_outputs": ["b.tif"]},
    "attachments": {"attachments": {"files": ["a.ijm"]}},
}


@pytest.mark.parametrize("case", METADATA)
def test_metadata_are_no_reason_not_to_run(old_bundle, convolution, case):
    model = old_bundle(convolution(), **METADATA[case])
    given = METADATA[case]
    assert model.card.description == given.get("description", "For tests.")
    assert model.card.licence == given.get("license", "MIT")
    assert len(model.card.authors) == len(given.get("authors", ["Nobody"]))


def test_the_rdf_keeps_its_metadata_and_the_files_that_it_names(minimal_rdf):
    given = {"name": "Net", "documentation": "a.ipynb", "covers": ["a.png"], "tags": ["b"]}
    rdf = validated(old_rdf(minimal_rdf, **given), "x")
    assert (rdf["name"], rdf["tags"]) == ("Net", ["b"])
    assert rdf["documentation"] == {"source": "a.ipynb"}
    assert rdf["covers"] == [{"source": "a.png"}]


@pytest.mark.parametrize(
    "dependencies", ["pip:./requirements.txt", "maven:pom.xml", "conda:a.yaml"]
)
def test_dependencies_of_any_manager_are_no_reason_not_to_run(minimal_rdf, dependencies):
    state_dict = {"source": "a.pt", "architecture": "torch.nn.Identity"}
    weights = {"pytorch_state_dict": {**state_dict, "dependencies": dependencies}}
    assert "pytorch_state_dict" in describe(old_rdf(minimal_rdf, weights=weights), "x").weights


def processed(old_bundle, convolution, plugins, side, *steps):
    """Return what a bundle of format 0.4 with these steps makes of a stack, and its network."""
    given = tensors()
    given["inputs" if side == "preprocessing" else "outputs"][0][side] = list(steps)
    network = convolution()
    model = old_bundle(network, **given)
    recipe = model.recipe.model_copy(update={"tiler": HaloGrid(tile=24, halo=1)})
    image = pixels(2, 32, 44) * np.float32([[[1.0]], [[3.0]]])
    trained = type(model)(model.name, recipe, model.weights)
    result = restore(make_image(image, "zyx"), trained, plugins=plugins).values
    return image.astype(float), network, result


def step(name, **kwargs):
    return {"name": name, "kwargs": kwargs}


@pytest.mark.parametrize("side", ["preprocessing", "postprocessing"])
@pytest.mark.parametrize("axes", [None, "yx", "x", "cyx"])
@pytest.mark.parametrize("gain", [2.0, [2.0]])
def test_scalars_may_come_with_axes_or_without(old_bundle, convolution, plugins, side, axes, gain):
    scaled = step("scale_linear", gain=gain, offset=-1.0, **({"axes": axes} if axes else {}))
    image, network, result = processed(old_bundle, convolution, plugins, side, scaled)
    for plane, restored in zip(image, result, strict=True):
        expected = (
            network.whole(2 * plane[None] - 1)[0]
            if side == "preprocessing"
            else 2 * network.whole(plane[None])[0] - 1
        )
        np.testing.assert_allclose(restored, expected, rtol=1e-4, atol=1e-2)


@pytest.mark.parametrize("axes", [None, "cyx", "yx"])
def test_an_output_is_scaled_like_its_input_with_axes_or_without(
    old_bundle, convolution, plugins, axes
):
    given = {"axes": axes} if axes else {}
    like = step("scale_mean_variance", mode="per_sample", reference_tensor="raw", **given)
    image, network, result = processed(old_bundle, convolution, plugins, "postprocessing", like)
    for plane, restored in zip(image, result, strict=True):
        made = network.whole(plane[None])[0]
        expected = (made - made.mean()) / made.std() * plane.std() + plane.mean()
        np.testing.assert_allclose(restored, expected, rtol=1e-4, atol=1e-2)


def test_percentiles_may_be_those_of_the_input(old_bundle, convolution, plugins):
    scaled = step("scale_range", mode="per_sample", axes="yx", reference_tensor="raw")
    image, network, result = processed(old_bundle, convolution, plugins, "postprocessing", scaled)
    made = network.whole(image[:1])[0]
    expected = (made - image[0].min()) / np.ptp(image[0])
    np.testing.assert_allclose(result[0], expected, rtol=1e-4, atol=1e-4)


def test_percentiles_of_a_data_set_are_those_of_the_stack(old_bundle, convolution, plugins):
    scaled = step("scale_range", mode="per_dataset", axes="yx")
    image, network, result = processed(old_bundle, convolution, plugins, "preprocessing", scaled)
    expected = network.whole(((image - image.min()) / np.ptp(image))[:1])[0]
    np.testing.assert_allclose(result[0], expected, rtol=1e-4, atol=1e-4)


def tensor_of(axes, data_type="float32"):
    return {"axes": axes, "data_type": data_type}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            step("scale_linear", axes="yx", gain=[1.0, 2.0], offset=3.0),
            {"gain": [1.0, 2.0], "offset": [3.0, 3.0], "axis": "channel"},
        ),
        (step("scale_linear", gain=[1.0, 2.0]), {"gain": [1.0, 2.0], "axis": "channel"}),
        (
            step(
                "zero_mean_unit_variance", mode="fixed", axes="yx", mean=[1.0, 2.0], std=[3.0, 4.0]
            ),
            {"mean": [1.0, 2.0], "std": [3.0, 4.0], "axis": "channel"},
        ),
        (
            step("zero_mean_unit_variance", mode="fixed", axes="x", mean=1.0, std=[3.0]),
            {"mean": 1.0, "std": 3.0},
        ),
    ],
)
@pytest.mark.parametrize("axes", ["bcyx", "bczyx", "btcyx"])
def test_numbers_of_each_channel_keep_their_axis(before, after, axes):
    (_, made, _) = converted(tensor_of(axes), [before], "inputs")
    assert made["kwargs"] == after


@given(
    st.sampled_from(["bcyx", "byxc", "bczyx", "bctyx", "yx"]),
    st.sampled_from(["zero_mean_unit_variance", "scale_range", "scale_mean_variance"]),
    st.sampled_from(["per_sample", "per_dataset"]),
    st.sets(st.sampled_from("cyx")),
)
def test_statistics_are_of_the_listed_axes_and_by_default_of_a_whole_sample(
    axes, name, mode, listed
):
    known = {"b": "batch", "c": "channel", "t": "time", "z": "z", "y": "y", "x": "x"}
    wanted = set(axes) & listed
    given = {"axes": "".join(sorted(wanted))} if wanted else {}
    (made, _) = converted(tensor_of(axes), [step(name, mode=mode, **given)], "outputs")
    expected = {known[axis] for axis in wanted or set(axes) - {"b"}}
    assert set(made["kwargs"]["axes"]) == expected | ({"batch"} if mode == "per_dataset" else set())


def test_the_type_of_the_input_comes_first_and_networks_see_real_numbers():
    types = [made["kwargs"]["dtype"] for made in converted(tensor_of("yx", "uint8"), [], "inputs")]
    assert types == ["uint8", "float32"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": "x" * 40}, "at most 32"),
        ({"shape": {"min": [1, 1, 20, 20], "step": [0, 1, 4, 4]}}, "breaks off"),
    ],
)
def test_what_cannot_be_converted_is_said_to_be_that(minimal_rdf, change, reason):
    rdf = old_rdf(minimal_rdf)
    rdf["inputs"][0].update(change)
    rdf["outputs"][0]["shape"]["reference_tensor"] = rdf["inputs"][0]["name"]
    with pytest.raises(
        ReadError, match=f"valid RDF of format 0.4.10.*Cannot be converted to 0.5: .*{reason}"
    ):
        describe(rdf, "x")


STATE_DICT = {
    "source": "weights.pt",
    "architecture": "https://example.org:8080/net.py:Net",
    "architecture_sha256": "a" * 64,
}


@pytest.mark.parametrize("parent", [{}, {"parent": "pytorch_state_dict"}])
def test_weights_that_cannot_be_converted_are_left_out_beside_others(minimal_rdf, parent):
    onnx = {"source": "weights.onnx", "sha256": "b" * 64, **parent}
    rdf = old_rdf(minimal_rdf, weights={"onnx": onnx, "pytorch_state_dict": STATE_DICT})
    with pytest.warns(DebcrWarning, match="x: its pytorch_state_dict is left out.*8080"):
        weights = describe(rdf, "x").weights
    assert list(weights) == ["onnx"]
    assert weights["onnx"]["sha256"] == "b" * 64


def test_weights_that_cannot_be_converted_are_refused_where_there_are_no_others(minimal_rdf):
    rdf = old_rdf(minimal_rdf, weights={"pytorch_state_dict": STATE_DICT})
    with pytest.raises(ReadError, match="Cannot be converted to 0.5: .*8080"):
        describe(rdf, "x")


@pytest.mark.parametrize("version", [0.4, 0.5, "0.5"])
def test_a_format_that_is_not_written_whole_is_said_to_be_that(minimal_rdf, version):
    with pytest.raises(ReadError, match=f"says only {version} .* three numbers, such as 0.5.4"):
        describe({**minimal_rdf(), "format_version": version}, "x")


def test_a_test_tensor_for_each_tensor_is_what_format_0_5_has(minimal_rdf):
    rdf = old_rdf(minimal_rdf, test_outputs=["a.npy", "b.npy"])
    with pytest.raises(ReadError, match="to 0.5: test_outputs: 2 given, but there are 1 outputs"):
        describe(rdf, "x")


@pytest.mark.parametrize(
    "change",
    [
        {"outputs": tensors()["inputs"]},
        {"inputs": 7},
        {"outputs": 7},
        {"outputs": [None]},
        {"outputs": [{"postprocessing": [None, 7, {"kwargs": None}]}]},
        {"weights": {"onnx": None}},
        {"weights": None},
        {"test_inputs": []},
    ],
    ids=repr,
)
def test_what_is_not_valid_is_a_sentence_without_an_empty_place(minimal_rdf, change):
    with pytest.raises(ReadError) as caught:
        describe(old_rdf(minimal_rdf, **change), "x")
    said = str(caught.value)
    assert said.startswith("x is no valid model RDF (0.4.10): ")
    assert not any(empty in said for empty in (": :", ": ;", "..", ": .", ":  "))
