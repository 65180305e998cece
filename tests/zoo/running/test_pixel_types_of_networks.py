"""A network takes and gives pixels; what else it would is refused when it is loaded."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from debcr_core.components import Predictor
from debcr_core.errors import ReadError
from debcr_core.stopping import Stop
from debcr_plugins.zoo.running.onnx import Onnx

SHAPE = ["b", 1, "y", "x"]


@pytest.fixture
def load(tmp_path):
    """Return a function that loads a network with these operations."""

    def make(
        *nodes, takes="FLOAT", gives="FLOAT", shape=SHAPE, made=SHAPE, constants=(), **told
    ) -> Predictor:
        ends = [
            helper.make_tensor_value_info(name, getattr(TensorProto, kind), sizes)
            for name, kind, sizes in (("i", takes, shape), ("o", gives, made))
        ]
        graph = helper.make_graph(list(nodes), "g", ends[:1], ends[1:], list(constants))
        network = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9
        )
        onnx.save(network, tmp_path / "net.onnx")
        return Onnx(**told).load(tmp_path / "net.onnx", "cpu")

    return make


def cast(kind):
    return helper.make_node("Cast", ["i"], ["o"], to=getattr(TensorProto, kind))


@pytest.mark.parametrize("kind", ["INT64", "UINT8", "BOOL", "STRING", "FLOAT8E4M3FN", "BFLOAT16"])
def test_a_network_that_takes_other_pixels_than_the_rdf_says_is_refused(load, kind):
    with pytest.raises(ReadError, match=r"takes a tensor\(\w+\), but the RDF tells of .* float32"):
        load(cast("FLOAT"), takes=kind)


@pytest.mark.parametrize("kind", ["BOOL", "STRING", "FLOAT8E4M3FN"])
def test_what_is_no_number_is_no_restored_image(load, kind):
    with pytest.raises(ReadError, match=r"gives a tensor\(\w+\), which is no restored image"):
        load(cast(kind), gives=kind)


@pytest.mark.parametrize("kind", ["float16", "double"])
def test_real_numbers_of_any_precision_run(load, kind):
    network = load(
        helper.make_node("Neg", ["i"], ["o"]), **dict.fromkeys(("takes", "gives"), kind.upper())
    )
    block = np.ones((1, 1, 2, 2), np.float32)
    np.testing.assert_array_equal(network.compute(block, Stop()), -block)


def test_whole_numbers_run_where_the_rdf_tells_of_them(load):
    network = load(cast("FLOAT"), takes="UINT8", input_type="uint8")
    block = np.full((1, 1, 2, 2), 7, np.uint8)
    np.testing.assert_array_equal(network.compute(block, Stop()), block)


def test_complex_weights_are_named(load):
    weights = helper.make_tensor("w", TensorProto.COMPLEX64, [1], bytes(8), raw=True)
    with pytest.raises(ReadError, match="the weights w are complex numbers"):
        load(helper.make_node("Neg", ["i"], ["o"]), constants=[weights])


def test_weights_of_another_length_than_their_shape_are_named(load):
    weights = helper.make_tensor("w", TensorProto.FLOAT, [3], bytes(12), raw=True)
    weights.raw_data = bytes(8)
    with pytest.raises(ReadError, match="the weights w are damaged"):
        load(helper.make_node("Neg", ["i"], ["o"]), constants=[weights])


def test_an_output_that_the_network_does_not_have_is_told(load):
    with pytest.raises(ReadError, match="has 1 inputs and 1 outputs"):
        load(helper.make_node("Neg", ["i"], ["o"]), output_index=1)


def test_a_quantised_network_runs_if_it_takes_and_gives_real_numbers(load):
    constants = [
        helper.make_tensor("w", TensorProto.INT8, [1], [3]),
        helper.make_tensor("scale", TensorProto.FLOAT, [], [0.5]),
    ]
    nodes = [
        helper.make_node("DequantizeLinear", ["w", "scale"], ["gain"]),
        helper.make_node("Mul", ["i", "gain"], ["o"]),
    ]
    network = load(*nodes, constants=constants)
    block = np.ones((1, 1, 2, 2), np.float32)
    np.testing.assert_array_equal(network.compute(block, Stop()), 1.5 * block)


SQUARE = {"min_size": (64, 64), "fixed": True}


@pytest.mark.parametrize(
    ("shape", "told", "said"),
    [
        (SHAPE, {"channels_in": 2000}, r"takes a tensor of 1 channels \(b×1×y×x\).*of: 2000\."),
        (["b", 1, 1, "y", "x"], {}, r"takes a tensor of 5 axes \(b×1×1×y×x\), but .* 4 \(bcyx\)"),
        ([1, 1, 64, 32], SQUARE, r"of 32 pixels along x \(1×1×64×32\).*of: 64\."),
        ([1, 1, 20, 35], {"min_size": (20, 20), "stride": (8, 8)}, "20 and any .* steps of 8"),
        (["b", 3, "y", "x"], {"input_layout": "bsyx"}, r"of 3 pixels along s .*of: 1\."),
    ],
)
def test_a_network_of_another_shape_than_the_rdf_says_is_refused_as_it_is_opened(
    load, shape, told, said
):
    with pytest.raises(ReadError, match=said):
        load(helper.make_node("Neg", ["i"], ["o"]), shape=shape, made=shape, **told)


def test_an_output_of_other_axes_than_the_rdf_says_is_refused_as_it_is_opened(load):
    first = helper.make_tensor("first", TensorProto.INT64, [1], [0])
    node = helper.make_node("Squeeze", ["i", "first"], ["o"])
    with pytest.raises(ReadError, match=r"gives a tensor of 3 axes \(1×y×x\)"):
        load(node, constants=[first], made=[1, "y", "x"])


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ([1, 1, 64, 64], SQUARE),
        ([1, 1, 28, 36], {"min_size": (20, 20), "stride": (8, 8)}),
        (None, {"channels_in": 3}),
        (
            ["n", 7, 64, 64],
            {
                "input_layout": "btyx",
                "min_size": (7, 8, 8),
                "stride": (1, 8, 8),
                "output_layout": "btyx",
                "unpadded": (0, 0, 0),
            },
        ),
    ],
)
def test_a_network_of_one_of_the_shapes_that_the_rdf_tells_of_is_opened(load, shape, told):
    load(helper.make_node("Neg", ["i"], ["o"]), shape=shape, made=shape, **told)
