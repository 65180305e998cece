"""An ONNX network that may never end is refused, and one that takes for ever can be ended."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from debcr_core import load_model, restore
from debcr_core.errors import ReadError
from debcr_core.yaml.strict import dump_yaml, load_yaml
from debcr_plugins.zoo.running.onnx_checks import MAX_NODES, check

OWN = "my.blocks"
OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid(OWN, 1)]


def tensor(name, kind=TensorProto.FLOAT, shape=("b", 1, "y", "x")):
    return helper.make_tensor_value_info(name, kind, shape)


def graph(name, nodes, outputs, inputs=(), constants=()):
    return helper.make_graph(nodes, name, list(inputs), list(outputs), list(constants))


def loop(result="o"):
    """Return 2⁶² rounds that do nothing."""
    body = graph(
        "body",
        [
            helper.make_node("Identity", ["again"], ["still"]),
            helper.make_node("Identity", ["v"], ["w"]),
        ],
        [tensor("still", TensorProto.BOOL, []), tensor("w", shape=None)],
        [
            tensor("n", TensorProto.INT64, []),
            tensor("again", TensorProto.BOOL, []),
            tensor("v", shape=None),
        ],
    )
    rounds = helper.make_node("Constant", [], ["n"], value_int=2**62)
    return [rounds, helper.make_node("Loop", ["n", "", "i"], [result], body=body)]


def scan(result="o"):
    body = graph(
        "body",
        [helper.make_node("Identity", ["v"], ["w"])],
        [tensor("w", shape=None)],
        [tensor("v", shape=None)],
    )
    return [helper.make_node("Scan", ["i"], [result], body=body, num_scan_inputs=1)]


def branch(nodes):
    """Return nodes in both branches of an If."""
    sides = [graph(name, nodes(name), [tensor(name, shape=None)]) for name in ("one", "two")]
    condition = helper.make_node(
        "Constant", [], ["yes"], value=numpy_helper.from_array(np.array(True))
    )
    options = {"then_branch": sides[0], "else_branch": sides[1]}
    return [condition, helper.make_node("If", ["yes"], ["o"], **options)]


def function(name, nodes):
    return helper.make_function(OWN, name, ["i"], ["o"], nodes, OPSETS)


def call(name, given="i", result="o"):
    return helper.make_node(name, [given], [result], domain=OWN)


def twice(name):
    return [call(name, "i", "m"), call(name, "m", "o")]


def by_default():
    """Return a function whose branch is an attribute that the call leaves out."""
    kept = helper.make_attribute("side", graph("side", loop(), [tensor("o", shape=None)]))
    made = function("f", [helper.make_node("Identity", ["i"], ["o"])])
    made.attribute_proto.append(kept)
    return made


@pytest.fixture
def written(tmp_path):
    def write(nodes, *functions):
        network = helper.make_model(
            graph("g", nodes, [tensor("o")], [tensor("i")]),
            opset_imports=OPSETS,
            functions=functions,
            ir_version=9,
        )
        onnx.save(network, tmp_path / "net.onnx")
        return tmp_path / "net.onnx"

    return write


ENDLESS = {
    "in the open": (loop(),),
    "a Scan": (scan(),),
    "in a branch": (branch(loop),),
    "a Scan in a branch": (branch(scan),),
    "in a function": ([call("f")], function("f", loop())),
    "in a function of a function": ([call("g")], function("f", loop()), function("g", [call("f")])),
    "in a branch of a function": ([call("f")], function("f", branch(loop))),
    "in a branch of a branch": (branch(lambda name: branch(loop)),),
    "in what a call leaves out": ([call("f")], by_default()),
    "in a function that nobody calls": (
        [helper.make_node("Identity", ["i"], ["o"])],
        function("f", loop()),
    ),
    "as another operation with a graph": (
        [
            helper.make_node(
                "SequenceMap", ["i"], ["o"], body=graph("body", [], [tensor("w", shape=None)])
            )
        ],
    ),
}


@pytest.mark.parametrize("where", ENDLESS)
def test_what_repeats_itself_is_refused_wherever_it_stands(written, where):
    with pytest.raises(ReadError, match=r"holds a (Loop|Scan|SequenceMap), which may never end"):
        check(written(*ENDLESS[where]))


def test_branches_and_functions_run_whatever_they_are_called(written):
    def copied(name):
        return [helper.make_node("Identity", ["i"], [name])]

    check(written(branch(copied)))
    check(written([call("Loop")], function("Loop", [helper.make_node("Neg", ["i"], ["o"])])))


@pytest.mark.parametrize(
    "first", [[helper.make_node("Neg", ["i"], ["o"])], [call("f60")]], ids=["chain", "ring"]
)
def test_functions_that_multiply_are_refused_at_once(written, first):
    """Sixty functions that call the one before twice; or each other, in a ring."""
    chain = [function("f0", first)]
    chain += [function(f"f{i}", twice(f"f{i - 1}")) for i in range(1, 61)]
    start = time.perf_counter()
    with pytest.raises(ReadError, match=f"more than {MAX_NODES:,} operations"):
        check(written([call("f60")], *chain))
    assert time.perf_counter() - start < 1


def test_a_bundle_with_a_hidden_loop_is_refused(slow_bundle, plugins):
    model = load_model(slow_bundle(branch(loop)), plugins=plugins)
    with pytest.raises(ReadError, match="holds a Loop, which may never end"):
        restore(np.eye(9), model, plugins=plugins)


@pytest.fixture
def slow_bundle(bundle, written, sha256):
    """Return a function that writes a bundle with a network of these nodes."""

    def write(nodes):
        folder = bundle()
        written(nodes).replace(folder / "weights.onnx")
        np.save(folder / "test.npy", np.ones((1, 1, 9, 9), np.float32))
        rdf = load_yaml((folder / "rdf.yaml").read_text(), "rdf")
        for side in (rdf["inputs"][0], rdf["outputs"][0]):
            side["test_tensor"] = {"source": "test.npy"}
        rdf["weights"]["onnx"]["sha256"] = sha256(folder / "weights.onnx")
        (folder / "rdf.yaml").write_text(dump_yaml(rdf))
        return folder

    return write


def for_ever(large):
    """Return one operation that takes hours: the largest of 2400×2400 pixels around each."""
    sides = {"kernel_shape": [2400, 2400], "pads": [1200, 1200, 1199, 1199]}
    return [
        helper.make_node("Constant", [], ["size"], value_ints=[1, 1, 2400, 2400]),
        *large,
        helper.make_node("MaxPool", ["large"], ["pooled"], **sides),
        helper.make_node("ReduceMax", ["pooled"], ["most"], keepdims=1),
        helper.make_node("Add", ["i", "most"], ["o"]),
    ]


RUNNING = for_ever(
    [
        helper.make_node("ReduceMax", ["i"], ["seen"], keepdims=1),
        helper.make_node("Expand", ["seen", "size"], ["large"]),
    ]
)
"""It depends on the image, and so takes long for each tile."""
LOADING = for_ever([helper.make_node("ConstantOfShape", ["size"], ["large"])])
"""It is constant, and so ONNX Runtime computes it while the network is loaded."""

WORK = """
import sys
import onnxruntime
from debcr_core.cli import app

class Session(onnxruntime.InferenceSession):
    def __init__(self, *given, **options):
        print("working", flush=True)
        super().__init__(*given, **options)
        print("loaded", flush=True)

onnxruntime.InferenceSession = Session
app.run()
"""


@pytest.mark.parametrize(
    ("nodes", "number", "words"),
    [
        (RUNNING, signal.SIGTERM, ["restore", "in.npy", "out.tif", "--model", "bundle"]),
        (LOADING, signal.SIGTERM, ["restore", "in.npy", "out.tif", "--model", "bundle"]),
        (LOADING, signal.SIGINT, ["certify", "bundle"]),
    ],
    ids=["a tile", "loading", "a certificate"],
)
def test_a_signal_ends_the_process_while_onnx_runtime_computes(
    slow_bundle, tmp_path, nodes, number, words
):
    slow_bundle(nodes)
    np.save(tmp_path / "in.npy", np.ones((64, 64), np.uint16))
    before = sorted(tmp_path.iterdir())
    with subprocess.Popen(
        [sys.executable, "-c", WORK, *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        # Else a process that does not end would keep the test from saying so.
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        assert process.stdout is not None
        for line in ["working\n", "loaded\n"][: 1 + (nodes is RUNNING)]:
            assert process.stdout.readline() == line
        time.sleep(0.5)
        asked = time.monotonic()
        process.send_signal(number)
        _, said = process.communicate()
        watchdog.cancel()
    assert time.monotonic() - asked < 2
    assert process.returncode == 130
    assert "Interrupted; nothing unfinished was left behind." in said
    assert sorted(tmp_path.iterdir()) == before
