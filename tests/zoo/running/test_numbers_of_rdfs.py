"""What an RDF says of numbers is bounded before anything is built, and never ends in a crash."""

from __future__ import annotations

import copy
import subprocess
import sys
import time
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from debcr_core.errors import DebcrWarning, ReadError
from debcr_core.yaml.strict import dump_yaml
from debcr_plugins.zoo.running.bounds import MAX_CHANNELS, refuse_excess
from debcr_plugins.zoo.running.choosing import recorded_parts
from debcr_plugins.zoo.running.description import describe

TOO_MUCH = "more than any network has"


def old(**changes):
    """Return an RDF of format 0.4 that runs; what is changed of its tensors is given."""
    rdf = {
        "type": "model",
        "format_version": "0.4.9",
        "name": "One convolution",
        "description": "For tests.",
        "license": "MIT",
        "authors": [{"name": "Nobody"}],
        "cite": [{"text": "None", "doi": "10.1234/abc"}],
        "documentation": "README.md",
        "timestamp": "2024-01-01T00:00:00",
        "tags": [],
        "inputs": [
            {
                "name": "raw",
                "axes": "bcyx",
                "data_type": "float32",
                "shape": {"min": [1, 1, 16, 16], "step": [0, 0, 1, 1]},
            }
        ],
        "outputs": [output("out", "raw")],
        "test_inputs": ["in.npy"],
        "test_outputs": ["out.npy"],
        "weights": {"onnx": {"source": "weights.onnx"}},
    }
    for side, change in changes.items():
        rdf[side][0] |= change
    return rdf


def output(name, reference, scale=(1, 1, 1, 1), offset=(0, 0, 0, 0)):
    shape = {"reference_tensor": reference, "scale": list(scale), "offset": list(offset)}
    return {"name": name, "axes": "bcyx", "data_type": "float32", "shape": shape}


def new(minimal_rdf, convolution, change=None):
    """Return an RDF of format 0.5 that runs, changed."""
    entry = {"onnx": {"source": "weights.onnx", "opset_version": 17}}
    rdf = {**minimal_rdf(), **copy.deepcopy(convolution().tensors()), "weights": entry}
    if change:
        change(rdf)
    return rdf


def test_the_bundles_of_this_file_run_as_they_are(minimal_rdf, convolution):
    describe(old(), "S")
    describe(new(minimal_rdf, convolution), "S")


MANY = 3_000_000
CHANNELS = {
    "at least": {"inputs": {"shape": {"min": [1, MANY, 16, 16], "step": [0, 0, 1, 1]}}},
    "one size": {"inputs": {"shape": [1, MAX_CHANNELS + 1, 16, 16]}},
    "by scale": {"outputs": output("out", "raw", scale=(1, MANY, 1, 1))},
    "by offset": {"outputs": output("out", "raw", offset=(0, MANY, 0, 0))},
    "by another axis": {
        "inputs": {"shape": [1, 1, MANY, 1]},
        "outputs": output("out", "raw.y"),
    },
}


@pytest.mark.parametrize("how", CHANNELS)
def test_more_channels_than_any_network_has_are_refused(how):
    with pytest.raises(ReadError, match=f"channels, {TOO_MUCH}"):
        refuse_excess(old(**CHANNELS[how]), "S")


def test_a_chain_of_references_is_followed():
    rdf = old()
    rdf["outputs"] = [output("a", "raw", (1, 100, 1, 1)), output("b", "a", (1, 101, 1, 1))]
    with pytest.raises(ReadError, match=f'"b": it has 10100 channels, {TOO_MUCH}'):
        refuse_excess(rdf, "S")


SIZES = {
    "inputs.0.shape.min.3": {"inputs": {"shape": {"min": [1, 1, 1, 10**18], "step": [0] * 4}}},
    "inputs.0.shape.step.2": {"inputs": {"shape": {"min": [1] * 4, "step": [0, 0, 10**18, 1]}}},
    "outputs.0.halo.3": {"outputs": {"halo": [0, 0, 0, 10**9]}},
    "outputs.0.shape.offset.3": {"outputs": output("out", "raw", offset=(0, 0, 0, -1e300))},
}


@pytest.mark.parametrize("place", SIZES)
def test_a_size_that_no_network_has_is_named_by_its_place(place):
    with pytest.raises(ReadError, match=f"S: {place} is .*, {TOO_MUCH}"):
        refuse_excess(old(**SIZES[place]), "S")


def test_a_halo_below_nothing_is_named_by_its_place():
    sizes = {"shape": [1, 1, 64, 64]}
    with pytest.raises(ReadError, match=r"S: outputs\.0\.halo\.2 is -8: a halo is a margin"):
        describe(old(inputs=sizes, outputs={**sizes, "halo": [0, 0, -8, 8]}), "S")


def test_more_names_of_channels_than_any_network_has_are_refused(minimal_rdf, convolution):
    def name(rdf):
        rdf["inputs"][0]["axes"][1]["channel_names"] = ["a"] * (MAX_CHANNELS + 2000)

    said = f"S: inputs.0.axes.1.channel_names are 12000 channels, {TOO_MUCH}"
    with pytest.raises(ReadError, match=said):
        describe(new(minimal_rdf, convolution, name), "S")


COUNTS = {
    "inputs.0 .* min for 3": {"inputs": {"shape": {"min": [1] * 3, "step": [0] * 4}}},
    "inputs.0 .* step for 5": {"inputs": {"shape": {"min": [1] * 4, "step": [0] * 5}}},
    "inputs.0 .* sizes for 5": {"inputs": {"shape": [1] * 5}},
    "outputs.0 .* offset for 2": {"outputs": output("out", "raw", offset=(0, 0))},
    "outputs.0 .* halo for 2": {"outputs": {"halo": [8, 8]}},
}


@pytest.mark.parametrize("said", COUNTS)
def test_a_tensor_has_as_many_sizes_as_axes(said):
    count = said.replace(" .* ", r" has 4 axes \(bcyx\), but ")
    with pytest.raises(ReadError, match=f"S: {count}\\."):
        describe(old(**COUNTS[said]), "S")


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_is_no_size(number):
    rdf = old(outputs=output("out", "raw", scale=(1, 1, number, 1)))
    with pytest.raises(ReadError, match=r"outputs\.0\.shape\.scale\.2 is .*no size"):
        refuse_excess(rdf, "S")


def test_ranges_of_values_may_be_endless():
    describe(old(inputs={"data_range": [float("-inf"), float("inf")]}), "S")


def test_more_tensors_than_any_network_has_are_refused():
    rdf = old()
    rdf["outputs"] = [output(f"o{i}", "raw") for i in range(400)]
    with pytest.raises(ReadError, match=f"400 outputs, {TOO_MUCH}"):
        refuse_excess(rdf, "S")


RINGS = {
    "itself": ["out"],
    "an axis of itself": ["out.y"],
    "a ring": ["b", "c", "a"],
    "a tail and a ring": ["b", "c", "b"],
}


@pytest.mark.parametrize("shape", RINGS)
def test_a_shape_that_depends_on_itself_is_refused(shape):
    rdf = old()
    names = ["out"] if len(RINGS[shape]) == 1 else ["a", "b", "c"]
    rdf["outputs"] = [output(*pair) for pair in zip(names, RINGS[shape], strict=True)]
    with pytest.raises(ReadError, match="a size refers to itself"):
        describe(rdf, "S")


def test_tensors_of_one_name_are_refused_though_one_refers_to_it():
    rdf = old()
    rdf["outputs"] = [output("out", "out"), output("out", "raw")]
    with pytest.raises(ReadError, match="Duplicate"):
        describe(rdf, "S")


@pytest.mark.parametrize("side", ["inputs", "outputs"])
def test_axes_that_depend_on_each_other_are_refused(minimal_rdf, convolution, side):
    def tie(rdf):
        first, second = rdf[side][0]["axes"][2:]
        name = rdf[side][0]["id"]
        first["size"] = {"tensor_id": name, "axis_id": second["id"]}
        second["size"] = {"tensor_id": name, "axis_id": first["id"]}

    with pytest.raises(ReadError, match=r"a size refers to itself \(\w+\.y → \w+\.x → \w+\.y\)"):
        describe(new(minimal_rdf, convolution, tie), "S")


def test_an_axis_tied_to_a_large_one_is_as_large(minimal_rdf, convolution):
    def tie(rdf):
        y, x = rdf["inputs"][0]["axes"][2:]
        y["size"] = {"min": 60_000_000, "step": 1}
        x["size"] = {"tensor_id": "raw", "axis_id": "y"}
        for axis in rdf["outputs"][0]["axes"][2:]:
            axis["size"] = {"tensor_id": "raw", "axis_id": "y"}

    too_large = "60000000×60000000 pixels is refused. Up to 67,108,864 pixels"
    with pytest.raises(ReadError, match=too_large):
        describe(new(minimal_rdf, convolution, tie), "S")


@pytest.mark.parametrize(
    "model",
    [
        {"min_size": [10**9, 10**9]},
        {"min_size": [10**5, 10**5]},
        {"stride": [10**5, 10**5]},
        {"stride": [0, 0]},
        {"halo": [10**5, 10**5]},
        {"unpadded": [-1, -1]},
        {"channels_in": 10**9},
        {"returned": 10**9},
        {"returned": 2, "names": ["one"]},
        {"returned": "many"},
        {"min_size": [1, 1, 1]},
        {"halo": []},
    ],
)
def test_a_recipe_in_a_bundle_is_left_out_if_no_network_is_like_that(
    minimal_rdf, convolution, plugins, model
):
    def record(rdf):
        recipe = {"model": {"name": "onnx", **model}, "normalizer": "none"}
        rdf["config"] = {"debcr": {"recipe": {**recipe, "tiler": "halo-grid", "blender": "crop"}}}

    description = describe(new(minimal_rdf, convolution, record), "S")
    with pytest.warns(DebcrWarning, match="The network runs as the RDF describes it"):
        assert "model" not in recorded_parts(description, plugins)


def test_five_thousand_axes_in_a_chain_are_looked_at_at_once():
    axes = [
        {"type": "index", "id": f"a{i}", "size": {"tensor_id": "raw", "axis_id": f"a{i + 1}"}}
        for i in range(5000)
    ]
    start = time.perf_counter()
    refuse_excess({"inputs": [{"id": "raw", "axes": axes}]}, "S")
    assert time.perf_counter() - start < 1


STEPS = [
    ({"id": "clip", "kwargs": {"min": 5.0, "max": 1.0}}, "goes from 5 to 1"),
    ({"id": "clip", "kwargs": {"min": 1.0, "max": 1.0}}, "goes from 1 to 1"),
    ({"id": "clip", "kwargs": {"min_percentile": 90, "max_percentile": 5}}, "goes from 90 to 5"),
    (
        {
            "id": "fixed_zero_mean_unit_variance",
            "kwargs": {"axis": "channel", "mean": [1.0] * 5, "std": [1.0] * 5},
        },
        "has 5 values as mean, for 1 channels",
    ),
    (
        {"id": "binarize", "kwargs": {"axis": "channel", "threshold": [1.0] * 5}},
        "has 5 values as threshold, for 1 channels",
    ),
    ({"id": "ensure_dtype", "kwargs": {"dtype": "bool"}}, "takes pixels of type bool"),
]


@pytest.mark.parametrize(("step", "fragment"), STEPS)
def test_processing_that_cannot_be_is_the_bundles_fault(minimal_rdf, convolution, step, fragment):
    def process(rdf):
        rdf["inputs"][0]["preprocessing"] = [step]

    with pytest.raises(ReadError, match=f'S, tensor "raw": .*{fragment}'):
        describe(new(minimal_rdf, convolution, process), "S")


def test_one_mean_serves_every_channel(minimal_rdf, convolution):
    kwargs = {"axis": "channel", "mean": [2.0], "std": [3.0]}
    rdf = {**new(minimal_rdf, convolution), **convolution(seen=3).tensors()}
    rdf["inputs"][0]["preprocessing"] = [{"id": "fixed_zero_mean_unit_variance", "kwargs": kwargs}]
    steps = describe(rdf, "S").input.steps
    (found,) = [step["kwargs"] for step in steps if step["id"] != "ensure_dtype"]
    assert (found["mean"], found["std"]) == ([2.0] * 3, [3.0] * 3)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 10**19)
    | st.floats()
    | st.sampled_from(["raw", "out.y"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "min",
                    "step",
                    "scale",
                    "offset",
                    "reference_tensor",
                    "axis_id",
                    "tensor_id",
                    "size",
                ]
            ),
            inner,
        )
    ),
    max_leaves=8,
)


@example(axes="bcyx", shape={"reference_tensor": None}, name=None)
@given(axes=ANYTHING | st.just("bcyx"), shape=ANYTHING, name=ANYTHING | st.just("out"))
def test_whatever_stands_in_an_rdf_passes_or_is_a_sentence(axes, shape, name):
    rdf = {"inputs": [{"name": "raw", "axes": axes, "shape": shape}]}
    rdf["outputs"] = [{"name": name, "id": name, "axes": axes, "shape": shape}]
    with suppress(ReadError):
        refuse_excess(rdf, "S")


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_DATA, (256 * 2**20,) * 2)
from debcr_plugins.zoo.access.bundle import open_bundle
from debcr_plugins.zoo.running.description import describe
from debcr_core.errors import DebcrWarning, ReadError
try:
    describe(open_bundle(sys.argv[1]).rdf, "S")
except ReadError as error:
    print(error)
"""


def test_a_bomb_is_refused_within_a_second_and_256_mb(tmp_path):
    (tmp_path / "rdf.yaml").write_text(dump_yaml(old(**CHANNELS["at least"])))
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert TOO_MUCH in done.stdout
    assert time.perf_counter() - start < 5  # most of it starts Python, on a machine under load
