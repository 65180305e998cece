"""BiaPy, which checks RDFs before it takes a network from the zoo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from debcr_plugins.zoo.certifying.consumers.conditions import (
    has_weights,
    no_other_library,
    one_tensor,
    plain_strings,
)
from debcr_plugins.zoo.certifying.consumers.reading import (
    Rdf,
    kwargs_of,
    letters,
    name_of,
    postprocessing,
    preprocessing,
    tensors,
    weights,
)
from debcr_plugins.zoo.certifying.consumers.verdict import Consumer, Rule

CHECKS = "wheel of biapy 3.7.1: biapy/models/__init__.py, check_bmz_model_compatibility"
CALL = "wheel of biapy 3.7.1: biapy/engine/base_workflow.py, bmz_model_call"
CORE = "wheel of biapy 3.7.1: its metadata want bioimageio.core 0.9.6"

OPERATIONS = frozenset(
    {
        "clip",
        "fixed_zero_mean_unit_variance",
        "scale_linear",
        "scale_range",
        "zero_mean_unit_variance",
    }
)
WORKFLOWS = frozenset(
    {
        "classification",
        "denoising",
        "detection",
        "image-reconstruction",
        "image-restoration",
        "image-to-image",
        "instance-segmentation",
        "pix2pix",
        "segmentation",
        "self-supervision",
        "semantic-segmentation",
        "super-resolution",
        "superresolution",
    }
)
CLASSES = ("n_classes", "out_channels", "output_channels", "classes")
NETWORKS = frozenset(
    {
        "attention_unet",
        "hrnet",
        "multiresunet",
        "resunet",
        "resunet++",
        "resunet_se",
        "seunet",
        "unet",
        "unetr",
        "unext_v1",
        "unext_v2",
    }
)
"""BiaPy's own networks, of one class where they do not tell."""


def _arguments(rdf: Rdf) -> Mapping[str, Any] | None:
    """Return the network's arguments, where the RDF writes them."""
    entry = weights(rdf).get("pytorch_state_dict", {})
    architecture = entry.get("architecture")
    written = architecture if isinstance(architecture, Mapping) else {}
    arguments: Mapping[str, Any] | None = entry.get("kwargs", written.get("kwargs"))
    return arguments


def _has_arguments(rdf: Rdf) -> str:
    if _arguments(rdf) is not None:
        return ""
    return "The state dict's architecture has no `kwargs`; an empty mapping would do."


def _workflow(rdf: Rdf) -> str:
    if set(rdf.get("tags") or ()) & WORKFLOWS:
        return ""
    return f"No tag names a workflow of BiaPy, such as {', '.join(sorted(WORKFLOWS)[1:6])}."


def _classes(rdf: Rdf) -> str:
    tags = set(rdf.get("tags") or ())
    semantic = "segmentation" in tags and "instance-segmentation" not in tags
    if not semantic and "semantic-segmentation" not in tags:
        return ""
    arguments = _arguments(rdf) or {}
    counts = [arguments[key] for key in CLASSES if key in arguments]
    count = counts[0][-1] if counts and isinstance(counts[0], list) else next(iter(counts), None)
    known = isinstance(count, int) or (not counts and _is_its_own(rdf))
    return "" if known else "The network's `kwargs` do not tell the number of classes."


def _is_its_own(rdf: Rdf) -> bool:
    architecture = weights(rdf).get("pytorch_state_dict", {}).get("architecture")
    if not isinstance(architecture, Mapping):
        return False
    names = (str(architecture.get(key)).lower() for key in ("callable", "source"))
    return any(name.replace(".py", "") in NETWORKS for name in names)


def _axes(rdf: Rdf) -> str:
    axes = letters(tensors(rdf, "inputs")[0])
    return "" if axes in ("bcyx", "bczyx") else f"The input's axes are {axes}."


def _sized(rdf: Rdf) -> str:
    tensor = tensors(rdf, "inputs")[0]
    if isinstance(tensor["axes"], str):
        shape = tensor.get("shape")
        known = isinstance(shape, Mapping) and "min" in shape
        return "" if known else "The input's shape is not given as min and step."
    for axis in tensor["axes"]:
        size = axis.get("size")
        tied = isinstance(size, Mapping) and "min" not in size
        if axis["type"] not in ("batch", "channel") and tied:
            return f"The size of axis {axis['id']} is that of another axis."
    return ""


def _known_preprocessing(rdf: Rdf) -> str:
    for step in preprocessing(rdf):
        name, kwargs = name_of(step), kwargs_of(step)
        to_float = name == "ensure_dtype" and "float" in str(kwargs.get("dtype"))
        if name not in OPERATIONS and not to_float:
            return f"It does not know the preprocessing {name}."
        if name in ("scale_range", "clip") and "kwargs" not in step:
            return f"The preprocessing {name} has no `kwargs`."
    return ""


def _no_postprocessing(rdf: Rdf) -> str:
    left = [name_of(step) for step in postprocessing(rdf) if name_of(step) != "ensure_dtype"]
    return f"It would leave out the postprocessing {', '.join(left)}." if left else ""


BIAPY = Consumer(
    name="BiaPy",
    version="3.7.1",
    source="https://github.com/BiaPyX/BiaPy",
    rules=(
        Rule("Its weights are pytorch_state_dict.", CHECKS, has_weights("pytorch_state_dict")),
        Rule("It has one input.", CHECKS, one_tensor("inputs")),
        Rule(
            "The state dict's architecture has kwargs, if only empty ones.", CHECKS, _has_arguments
        ),
        Rule(
            "A tag names the workflow: denoising, super-resolution, image-restoration, "
            "image-to-image, segmentation and some others.",
            CHECKS,
            _workflow,
        ),
        Rule(
            "A semantic segmentation tells its number of classes, as an argument of its network.",
            CHECKS,
            _classes,
        ),
        Rule("The input's axes are bcyx or bczyx.", CHECKS, _axes),
        Rule(
            "The input's axes have sizes of their own, or smallest sizes: they become the size of "
            "its patches.",
            CHECKS,
            _sized,
        ),
        Rule(
            "The preprocessing is zero_mean_unit_variance, fixed_zero_mean_unit_variance, "
            "scale_range, scale_linear, clip, or ensure_dtype to a float.",
            CHECKS,
            _known_preprocessing,
        ),
        Rule(
            "There is no postprocessing but ensure_dtype, since BiaPy runs the network alone.",
            CALL,
            _no_postprocessing,
        ),
        Rule(
            "Covers, documentation and icon are plain strings: its bioimageio.core 0.9.6 finds "
            "mappings invalid.",
            CORE,
            plain_strings("covers", "documentation", "icon"),
        ),
        Rule(
            "The architecture is a file of the bundle, or from biapy, timm or torchvision, which "
            "BiaPy brings.",
            CORE,
            no_other_library("biapy", "timm", "torch", "torchvision"),
            verified=False,
        ),
    ),
    condition="It takes bundles of the zoo by their ids: publish it first.",
)
