"""What other programs make of a bundle: each rule holds for one RDF, and fails where it is broken.

The RDF below is what `debcr package` writes, as far as the rules look at it.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from debcr_plugins.zoo.certifying.consumers import CONSUMERS, Consumer, Rule, verdicts
from debcr_plugins.zoo.running.validating import validated

DOCUMENT = Path(__file__).parents[2] / "docs" / "consumers.md"

SHA256 = "0" * 64
AXES = [
    {"type": "batch"},
    {"type": "channel", "channel_names": ["intensity"]},
    {"type": "space", "id": "y", "size": {"min": 32, "step": 16}},
    {"type": "space", "id": "x", "size": {"min": 32, "step": 16}},
]
TIED = [{"type": "space", "id": a, "size": {"tensor_id": "raw", "axis_id": a}} for a in "yx"]
SCALING = {
    "id": "scale_range",
    "kwargs": {"axes": ["channel", "y", "x"], "min_percentile": 1, "max_percentile": 99.9},
}
RDF = {
    "type": "model",
    "format_version": "0.5.10",
    "id": "debcr-example",
    "name": "Example",
    "description": "A network that restores.",
    "documentation": "README.md",
    "covers": ["cover.png"],
    "license": "MIT",
    "authors": [{"name": "A. Author"}],
    "cite": [{"text": "An article.", "doi": "10.1000/example"}],
    "tags": ["denoising", "2d"],
    "inputs": [
        {
            "id": "raw",
            "axes": AXES,
            "test_tensor": {"source": "input.npy", "sha256": SHA256},
            "preprocessing": [SCALING],
        }
    ],
    "outputs": [
        {
            "id": "restored",
            "axes": [*AXES[:2], *TIED],
            "test_tensor": {"source": "output.npy", "sha256": SHA256},
        }
    ],
    "weights": {
        "pytorch_state_dict": {
            "source": "weights.pt",
            "sha256": SHA256,
            "pytorch_version": "2.13.0",
            "architecture": {
                "callable": "Network",
                "source": "network.py",
                "sha256": SHA256,
                "kwargs": {},
            },
        },
        "torchscript": {
            "source": "weights.torchscript",
            "sha256": SHA256,
            "pytorch_version": "2.13.0",
            "parent": "pytorch_state_dict",
        },
        "onnx": {
            "source": "weights.onnx",
            "sha256": SHA256,
            "opset_version": 18,
            "parent": "pytorch_state_dict",
        },
    },
    # For CAREamics alone, which runs no bundle without it.
    "attachments": [{"source": "careamics.yaml", "sha256": SHA256}],
}


def state_dict_alone(**architecture):
    weights = deepcopy(RDF["weights"]["pytorch_state_dict"])
    if architecture:
        weights["architecture"] = architecture
    return {"weights": {"pytorch_state_dict": weights}}


def onnx_alone(opset=18, source="weights.onnx"):
    return {"weights": {"onnx": {"source": source, "opset_version": opset}}}


def tensor(side, axes=None, steps=None):
    changed = deepcopy(RDF[side][0])
    changed["axes"] = axes or changed["axes"]
    processing = "preprocessing" if side == "inputs" else "postprocessing"
    changed[processing] = changed.get(processing) if steps is None else steps
    return {side: [changed]}


def twice(side):
    return {side: RDF[side] * 2}


def before(step, **kwargs):
    return tensor("inputs", steps=[{"id": step, "kwargs": kwargs}])


def after(step, **kwargs):
    return tensor("outputs", steps=[{"id": step, "kwargs": kwargs}])


OTHER_LIBRARY = state_dict_alone(import_from="elsewhere.nets", callable="Net", kwargs={})
NO_ARGUMENTS = state_dict_alone(callable="Net", source="network.py")
MAPPING = {"documentation": {"source": "README.md"}}
Z = {"type": "space", "id": "z", "size": {"min": 4, "step": 4}}
FOREIGN = {"type": "time", "id": "time", "size": 1}

BREAKING = {
    "ilastik (tiktorch)": {
        "Its weights are torchscript": onnx_alone(),
        "It has one input": twice("inputs"),
        "It has one output": twice("outputs"),
        "The output has a channel axis": tensor("outputs", axes=[AXES[0], *TIED]),
        "The output has two or three": tensor("outputs", axes=[*AXES[:2], TIED[0]]),
        "Covers, documentation and icon": MAPPING,
        "Its processing is known": after("cellpose_flow_dynamics"),
        "A state dict's architecture": OTHER_LIBRARY,
    },
    "deepImageJ (JDLL)": {
        "It is of format 0.4 or 0.5.": {"format_version": "0.3.6"},
        "It is of format 0.5:": {"format_version": "0.4.10"},
        "It has an id": {"id": None},
        "The documentation is a plain string": MAPPING,
        "Its weights are": {"weights": {"keras_hdf5": {"source": "weights.h5"}}},
        "ONNX weights": onnx_alone(opset=19),
        "Its processing is": before("softmax"),
        "The processing has no parameters": before("clip", min_percentile=1),
        "A clip names both": before("clip", min=0),
        "No processing refers": before("scale_range", reference_tensor="raw"),
    },
    "QuPath": {
        "It has authors": {"license": ...},
        "Covers, documentation, icon and license": {"covers": [{"source": "cover.png"}]},
        "It has one input": twice("inputs"),
        "It has one output": twice("outputs"),
        "The input has the axes": tensor("inputs", axes=[AXES[0], *AXES[2:]]),
        "The input has no axes but": tensor("inputs", axes=[*AXES[:2], Z, *AXES[2:]]),
        "Its weights are": state_dict_alone(),
        "The weights are files": onnx_alone(source="https://example.org/weights.onnx"),
        "Its processing is": before("softmax"),
        "An ensure_dtype": after("ensure_dtype", dtype="uint8"),
        "scale_range and zero_mean": before("zero_mean_unit_variance"),
        "scale_range names both": before("scale_range", axes=["y", "x"], min_percentile=1),
        "No processing refers": after("scale_mean_variance", reference_tensor="raw"),
    },
    "BiaPy": {
        "Its weights are": onnx_alone(),
        "It has one input": twice("inputs"),
        "The state dict's architecture has kwargs": NO_ARGUMENTS,
        "A tag names": {"tags": ["fluorescence"]},
        "A semantic segmentation": {"tags": ["segmentation"]},
        "The input's axes are": tensor("inputs", axes=[*AXES[:2], FOREIGN, *AXES[2:]]),
        "The input's axes have sizes": tensor("inputs", axes=[*AXES[:2], *TIED]),
        "The preprocessing is": before("sigmoid"),
        "There is no postprocessing": after("sigmoid"),
        "Covers, documentation and icon": {"icon": {"source": "icon.png"}},
        "The architecture is a file": OTHER_LIBRARY,
    },
    "CAREamics": {
        "Its weights are": onnx_alone(),
        "CAREamics' configuration": {"attachments": [{"source": "training.yaml"}]},
    },
    "BioEngine": {
        "Its weights are": {"weights": {"tensorflow_js": {"source": "weights.json"}}},
        "ONNX weights": onnx_alone(opset=22),
        "Covers, documentation and icon": MAPPING,
        "Its processing is known": after("a_later_kind"),
        "A state dict's architecture": OTHER_LIBRARY,
    },
}

RULES = [(consumer, rule) for consumer in CONSUMERS for rule in consumer.rules]


def changed(**keys):
    """Return the RDF with other keys; `...` leaves one out."""
    rdf = deepcopy({**RDF, **keys})
    return {key: value for key, value in rdf.items() if value is not ...}


def breaking(consumer: Consumer, rule: Rule):
    """Return what breaks a rule: the one entry whose beginning is that of the rule."""
    (found,) = (
        change
        for beginning, change in BREAKING[consumer.name].items()
        if rule.sentence.startswith(beginning)
    )
    return changed(**found)


def verdict(rdf, name):
    return next(verdict for verdict in verdicts(rdf) if verdict.consumer.startswith(name))


def test_the_example_is_valid():
    assert validated(RDF, "the example")["name"] == "Example"


def test_the_example_runs_in_every_program():
    assert {verdict.consumer: verdict.runs for verdict in verdicts(RDF)} == {
        consumer.name: True for consumer in CONSUMERS
    }


@pytest.mark.parametrize(
    ("consumer", "rule"), RULES, ids=[f"{c.name}: {r.sentence}" for c, r in RULES]
)
def test_each_rule_holds_for_the_example_and_fails_with_a_reason_where_it_is_broken(consumer, rule):
    assert rule.check(RDF) == ""
    broken = breaking(consumer, rule)
    why = rule.check(broken)
    assert why.endswith(".")
    found = consumer.judge(broken)
    assert found.runs is (False if rule.verified else None)
    assert any(why in reason for reason in found.reasons)


def test_every_entry_that_breaks_a_rule_belongs_to_one():
    written = {(name, beginning) for name, entries in BREAKING.items() for beginning in entries}
    assert len(written) == len(RULES)


def test_reasons_name_what_is_in_the_way():
    assert verdict(changed(**onnx_alone(opset=20)), "deepImageJ").reasons == (
        "Its ONNX weights are of opset 20; it runs opsets up to 18.",
    )
    assert verdict(changed(**onnx_alone()), "ilastik").reasons == (
        "Its weights are onnx; it needs torchscript or pytorch_state_dict.",
    )
    assert verdict(changed(**after("sigmoid")), "BiaPy").reasons == (
        "It would leave out the postprocessing sigmoid.",
    )


def test_a_higher_opset_does_no_harm_where_other_weights_run():
    rdf = changed()
    rdf["weights"]["onnx"]["opset_version"] = 23
    assert verdict(rdf, "deepImageJ").runs
    assert verdict(rdf, "BioEngine").runs


def test_what_was_not_verified_is_unknown_and_says_so():
    found = verdict(changed(**OTHER_LIBRARY), "BioEngine")
    assert found.runs is None
    assert found.reasons[0].startswith("not verified: its architecture comes from the package else")


def test_a_condition_beside_the_rdf_is_told_with_a_yes():
    assert "by their ids" in " ".join(verdict(RDF, "BiaPy").reasons)


def test_an_rdf_of_format_0_4_is_read_as_it_was_written():
    rdf = changed(format_version="0.4.10")
    shape = {"min": [1, 1, 32, 32], "step": [0, 0, 16, 16]}
    scaling = {"name": "scale_range", "kwargs": {**SCALING["kwargs"], "axes": "cyx"}}
    rdf["inputs"] = [{"name": "raw", "axes": "bcyx", "shape": shape, "preprocessing": [scaling]}]
    rdf["outputs"] = [{"name": "restored", "axes": "bcyx"}]
    rdf["weights"]["pytorch_state_dict"] |= {"architecture": "network.py:Network", "kwargs": {}}
    runs = {verdict.consumer: verdict.runs for verdict in verdicts(rdf)}
    assert runs["ilastik (tiktorch)"]
    assert runs["QuPath"]
    assert runs["BiaPy"]
    assert runs["BioEngine"]
    assert runs["deepImageJ (JDLL)"] is None


def test_the_foreign_bundle_has_onnx_weights_alone_of_an_opset_that_is_too_new_for_java(shared):
    file = shared / "zoo" / "unet2d_nuclei_onnx" / "rdf.yaml"
    if not file.is_file():
        pytest.skip("the foreign bundle is not in ../shared")
    rdf = yaml.safe_load(file.read_text(encoding="utf-8"))
    runs = {verdict.consumer: verdict.runs for verdict in verdicts(rdf)}
    assert runs == {
        "ilastik (tiktorch)": False,
        "deepImageJ (JDLL)": False,
        "QuPath": True,
        "BiaPy": False,
        "CAREamics": False,
        "BioEngine": True,
    }
    assert any("opset 20" in reason for reason in verdict(rdf, "deepImageJ").reasons)


@pytest.mark.parametrize("consumer", CONSUMERS, ids=[consumer.name for consumer in CONSUMERS])
def test_the_page_for_people_lists_every_rule_and_its_source(consumer):
    page = DOCUMENT.read_text(encoding="utf-8")
    for text in (consumer.name, consumer.version, consumer.source, consumer.condition):
        assert text in page
    for rule in consumer.rules:
        assert f"| {rule.sentence} |" in page
        assert rule.source in page
