"""deepImageJ and other programs in Java that run bundles through JDLL."""

from __future__ import annotations

from collections.abc import Mapping

from debcr_plugins.zoo.certifying.consumers.conditions import (
    has_weights,
    known_operations,
    no_reference_tensor,
    onnx_up_to,
    plain_strings,
)
from debcr_plugins.zoo.certifying.consumers.reading import Rdf, kwargs_of, name_of, steps
from debcr_plugins.zoo.certifying.consumers.verdict import Consumer, Rule

GITHUB = "https://github.com/bioimage-io/JDLL/blob"
JAVA = f"{GITHUB}/01891f68e41f43d855e1f138c38995adbc00b689/src/main/java/io/bioimage/modelrunner"
DESCRIPTION = f"{JAVA}/bioimageio/description"
WEIGHTS = (
    f"{GITHUB}/b4755015c07606a0bba6911caea192b08a5a014e/src/main/java/io/bioimage/modelrunner/"
    "bioimageio/description/weights/ModelWeight.java"
)
ENGINES = (
    f"{GITHUB}/0d95230fd23dbf14903253aad91f2f608e8788a6/src/main/resources/supportedVersions.json"
)

OTHERS = ("torchscript", "pytorch_state_dict", "tensorflow_saved_model_bundle")
SETTERS: dict[str, set[str]] = {
    "binarize": {"threshold"},
    "clip": {"min", "max"},
    "ensure_dtype": {"dtype"},
    "fixed_zero_mean_unit_variance": {"mean", "std", "eps", "axes", "axis", "mode"},
    "scale_linear": {"gain", "offset", "axes", "axis"},
    "scale_range": {"min_percentile", "max_percentile", "eps", "axes", "axis", "mode"},
    "sigmoid": set(),
    "zero_mean_unit_variance": {"mean", "std", "eps", "axes", "axis", "mode"},
}
"""Parameters that JDLL can set; it breaks off at others. The reference tensor has its own rule."""


def _known_format(rdf: Rdf) -> str:
    version = str(rdf["format_version"])
    return "" if version.startswith(("0.4", "0.5")) else f"It is of format {version}."


def _read_format(rdf: Rdf) -> str:
    version = str(rdf["format_version"])
    return "" if version.startswith("0.5") else f"its reader of format {version} was not read."


def _named(rdf: Rdf) -> str:
    config = rdf.get("config") or {}
    entry = config.get("bioimageio") or {}
    if rdf.get("id") or (isinstance(entry, Mapping) and entry.get("nickname")):
        return ""
    return "It has neither an `id` nor a nickname (`config.bioimageio.nickname`)."


def _settable(rdf: Rdf) -> str:
    for step in steps(rdf):
        name = name_of(step)
        unknown = kwargs_of(step).keys() - SETTERS.get(name, set()) - {"reference_tensor"}
        if name in SETTERS and unknown:
            return f"It cannot set {', '.join(sorted(unknown))} of {name}."
    return ""


def _both_limits(rdf: Rdf) -> str:
    for step in steps(rdf):
        if name_of(step) == "clip" and not {"min", "max"} <= kwargs_of(step).keys():
            return "A clip names but one limit; it wants both."
    return ""


JDLL = Consumer(
    name="deepImageJ (JDLL)",
    version="JDLL at 01891f6, b475501 and 0d95230, deepImageJ at 23a25c2",
    source="https://github.com/deepimagej/deepimagej-plugin/blob/"
    "23a25c286676bfab2fd7b1fe482a5da92017d7f5/src/main/java/deepimagej/Runner.java",
    rules=(
        Rule(
            "It is of format 0.4 or 0.5.",
            f"{DESCRIPTION}/ModelDescriptorFactory.java",
            _known_format,
        ),
        Rule(
            "It is of format 0.5: what JDLL asks of format 0.4 was not read.",
            f"{DESCRIPTION}/ModelDescriptorFactory.java",
            _read_format,
            verified=False,
        ),
        Rule(
            "It has an id, or a nickname in config.bioimageio: else JDLL ends with a null pointer.",
            f"{DESCRIPTION}/ModelDescriptorV05.java",
            _named,
        ),
        Rule(
            "The documentation is a plain string.",
            f"{DESCRIPTION}/ModelDescriptor.java",
            plain_strings("documentation"),
        ),
        Rule(
            "Its weights are onnx, torchscript, pytorch_state_dict or "
            "tensorflow_saved_model_bundle.",
            WEIGHTS,
            has_weights("onnx", *OTHERS),
        ),
        Rule(
            "ONNX weights, if there are no others, are of opset 18 or less.",
            ENGINES,
            onnx_up_to(18, instead=OTHERS),
        ),
        Rule(
            "Its processing is binarize, clip, ensure_dtype, fixed_zero_mean_unit_variance, "
            "scale_linear, scale_range, sigmoid or zero_mean_unit_variance.",
            f"{JAVA}/transformations",
            known_operations(SETTERS),
        ),
        Rule(
            "The processing has no parameters but those that JDLL can set.",
            f"{JAVA}/transformations",
            _settable,
        ),
        Rule(
            "A clip names both min and max.",
            f"{JAVA}/transformations/ClipTransformation.java",
            _both_limits,
        ),
        Rule(
            "No processing refers to another tensor.",
            f"{JAVA}/transformations/ScaleRangeTransformation.java",
            no_reference_tensor,
        ),
    ),
)
