"""QuPath, whose core reads RDFs and whose Deep Java Library extension runs the networks."""

from __future__ import annotations

from debcr_plugins.zoo.certifying.consumers.conditions import (
    has_weights,
    known_operations,
    no_reference_tensor,
    one_tensor,
    plain_strings,
)
from debcr_plugins.zoo.certifying.consumers.reading import (
    Rdf,
    kwargs_of,
    letters,
    name_of,
    steps,
    tensors,
    weights,
)
from debcr_plugins.zoo.certifying.consumers.verdict import Consumer, Rule

TOOLS = (
    "https://github.com/qupath/qupath/blob/0910ac70402ec196bb223abb717340a3f5023a1e/"
    "qupath-core-processing/src/main/java/qupath/opencv/ml/BioimageIoTools.java"
)
SPEC = "https://github.com/qupath/qupath-bioimageio-spec/blob"
JAVA = "src/main/java/qupath/bioimageio/spec"
RESOURCE = f"{SPEC}/3f62bd1fe449240a0756978a0eb9589f21c9bc0e/{JAVA}/Resource.java"
PROCESSING = f"{SPEC}/d2e0175e4b7dd63acbdcf2740188256c25509a10/{JAVA}/tensor/Processing.java"

REQUIRED = ("authors", "description", "documentation", "license", "name")
OPERATIONS = frozenset(
    {
        "binarize",
        "clip",
        "ensure_dtype",
        "scale_linear",
        "scale_range",
        "sigmoid",
        "zero_mean_unit_variance",
    }
)
PER_AXES = ("scale_range", "zero_mean_unit_variance")
PERCENTILES = {"min_percentile", "max_percentile"}


def _complete(rdf: Rdf) -> str:
    missing = [key for key in REQUIRED if key not in rdf]
    return f"It lacks {', '.join(missing)}." if missing else ""


def _local(rdf: Rdf) -> str:
    remote = [
        name
        for name, entry in weights(rdf).items()
        if str(entry["source"]).lower().startswith(("http:", "https:"))
    ]
    return f"The weights {', '.join(remote)} are a URL." if remote else ""


def _seen_axes(rdf: Rdf) -> str:
    axes = letters(tensors(rdf, "inputs")[0])
    missing = [axis for axis in "cyx" if axis not in axes]
    return f"The input lacks the axis {', '.join(missing)}." if missing else ""


def _plane(rdf: Rdf) -> str:
    more = set(letters(tensors(rdf, "inputs")[0])) - set("bcyx")
    return f"what it does with the axis {', '.join(sorted(more))}." if more else ""


def _float32(rdf: Rdf) -> str:
    types = [kwargs_of(step).get("dtype") for step in steps(rdf) if name_of(step) == "ensure_dtype"]
    return "" if set(types) <= {"float32"} else "It works in float32 and leaves out ensure_dtype."


def _states_axes(rdf: Rdf) -> str:
    faults = [
        name_of(step)
        for step in steps(rdf)
        if name_of(step) in PER_AXES and "axes" not in kwargs_of(step)
    ]
    return f"The processing {', '.join(faults)} names no axes." if faults else ""


def _states_percentiles(rdf: Rdf) -> str:
    for step in steps(rdf):
        if name_of(step) == "scale_range" and not kwargs_of(step).keys() >= PERCENTILES:
            return "A scale_range names but one percentile, or none."
    return ""


QUPATH = Consumer(
    name="QuPath",
    version="QuPath at 0910ac7, its bioimageio-spec at 3f62bd1 and d2e0175",
    source="https://github.com/qupath/qupath-extension-djl",
    rules=(
        Rule("It has authors, description, documentation, license and name.", RESOURCE, _complete),
        Rule(
            "Covers, documentation, icon and license are plain strings.",
            RESOURCE,
            plain_strings("covers", "documentation", "icon", "license"),
        ),
        Rule("It has one input.", TOOLS, one_tensor("inputs")),
        Rule("It has one output.", TOOLS, one_tensor("outputs")),
        Rule("The input has the axes channel, y and x.", TOOLS, _seen_axes),
        Rule("The input has no axes but batch, channel, y and x.", TOOLS, _plane, verified=False),
        Rule(
            "Its weights are torchscript, tensorflow_saved_model_bundle or onnx.",
            TOOLS,
            has_weights("torchscript", "tensorflow_saved_model_bundle", "onnx"),
        ),
        Rule("The weights are files of the bundle.", TOOLS, _local),
        Rule(
            "Its processing is binarize, clip, ensure_dtype, scale_linear, scale_range, sigmoid "
            "or zero_mean_unit_variance: other kinds are left out.",
            TOOLS,
            known_operations(OPERATIONS),
        ),
        Rule("An ensure_dtype is to float32.", TOOLS, _float32),
        Rule("scale_range and zero_mean_unit_variance name their axes.", PROCESSING, _states_axes),
        Rule(
            "scale_range names both percentiles: those that are missing are mistaken for each "
            "other.",
            PROCESSING,
            _states_percentiles,
        ),
        Rule("No processing refers to another tensor.", TOOLS, no_reference_tensor),
    ),
    condition="Its Deep Java Library extension must be installed, with the engine of the weights.",
)
