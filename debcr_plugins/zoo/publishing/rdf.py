"""The bundle's description, rdf.yaml, in a dialect that all consumers of format 0.5 read.

Format 0.5.7, since older consumers say of a newer one that they may misread it; plain strings for
``covers`` and ``documentation``, as that format has them; an ``id`` for each axis, though newer
consumers would put it in. No top-level ``id``: the zoo gives it, and refuses an upload that has
one; deepImageJ, which breaks off where a model is not named, takes the nickname. Keys that do not
apply are written as null, so that the specification's count of what is filled in tells them from
forgotten ones.

Source: https://bioimage-io.github.io/spec-bioimage-io/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from debcr_core.components import Floats, Model
from debcr_core.files.sha256 import sha256_of
from debcr_core.rdf_axis_names import AXIS_NAMES
from debcr_plugins.backends.exporting import OPSET
from debcr_plugins.zoo.publishing.architecture import FILE as ARCHITECTURE
from debcr_plugins.zoo.publishing.architecture import Architecture
from debcr_plugins.zoo.publishing.draft import Draft
from debcr_plugins.zoo.publishing.exporting import ONNX, STATE_DICT, TORCHSCRIPT
from debcr_plugins.zoo.publishing.metadata import Part
from debcr_plugins.zoo.publishing.seam import Seam

FORMAT = "0.5.7"
README, COVER = "README.md", "cover.png"
TEST_INPUT, TEST_OUTPUT = "test_input.npy", "test_output.npy"
SAMPLE_INPUT, SAMPLE_OUTPUT = "sample_input.tif", "sample_output.tif"
FILES = (
    *(ARCHITECTURE, STATE_DICT, TORCHSCRIPT, ONNX, README, COVER),
    *(TEST_INPUT, TEST_OUTPUT, SAMPLE_INPUT, SAMPLE_OUTPUT),
)
"""All that it names."""
RELATIVE, ABSOLUTE = 1e-3, 1e-4
"""Tolerance for test outputs; the absolute one on the network's scale."""
MISMATCHED = 10
"""How many of a million pixels may be outside it."""

Values = dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """What an RDF is made of.

    Attributes
    ----------
    draft : Draft
        What was known beforehand.
    seam : Seam
        Its halo.
    least : tuple of int
        Smallest size, for each spatial axis.
    test_output : numpy.ndarray
        What the network makes of the test input.
    """

    draft: Draft
    seam: Seam
    least: tuple[int, ...]
    test_output: Floats


def rdf(facts: Facts, folder: Path) -> Values:
    """Return the description of a bundle.

    Parameters
    ----------
    facts : Facts
        What it says.
    folder : Path
        Where the other files of the bundle are; their checksums are recorded.
    """
    said = facts.draft.said
    return {
        "type": "model",
        "format_version": FORMAT,
        "name": said.name,
        "description": said.description,
        "authors": [_given(person) for person in said.authors],
        "maintainers": [_given(person) for person in said.maintainers],
        "packaged_by": [],
        "license": said.license,
        "cite": [_given(citation) for citation in said.cite],
        "tags": list(said.tags),
        "version": said.version,
        "version_comment": said.version_comment,
        "timestamp": facts.draft.timestamp.isoformat(),
        "documentation": README,
        "covers": [COVER],
        "attachments": [],
        "links": [],
        "git_repo": said.git_repo,
        "icon": None,
        "id_emoji": None,
        "uploader": None,
        "parent": None,
        "run_mode": None,
        "training_data": None if said.training_data is None else {"id": said.training_data},
        "inputs": [_input(facts, folder)],
        "outputs": [_output(facts, folder)],
        "weights": _weights(facts.draft.architecture, folder),
        "config": {"bioimageio": _config(facts), "debcr": _ours(facts)},
    }


def _given(part: Part) -> Values:
    return part.model_dump(mode="json", exclude_none=True)


def _file(folder: Path, name: str) -> Values:
    return {"source": name, "sha256": sha256_of(folder / name)}


def _input(facts: Facts, folder: Path) -> Values:
    model = facts.draft.model
    sizes = [
        size if model.signature.fixed_size else {"min": size, "step": step}
        for size, step in zip(facts.least, model.signature.stride, strict=True)
    ]
    names = [f"channel{i}" for i in range(model.signature.channels_in)]
    return {
        "id": "input",
        "description": "Raw intensities.",
        "optional": False,
        "axes": _axes(model, names, [{"size": size, "concatenable": False} for size in sizes]),
        "preprocessing": list(facts.draft.published.steps),
        "data": _data(),
        "test_tensor": _file(folder, TEST_INPUT),
        "sample_tensor": _file(folder, SAMPLE_INPUT),
    }


def _output(facts: Facts, folder: Path) -> Values:
    model = facts.draft.model
    made = model.signature.channels_out
    scale = "input" if facts.draft.published.after else "network"
    names = [channel.name or f"channel{number}" for number, channel in enumerate(made)]
    spatial = [
        {
            "size": {"tensor_id": "input", "axis_id": AXIS_NAMES[axis], "offset": 0},
            # A halo of none is said by leaving it out.
            **({"halo": margin} if margin else {}),
        }
        for axis, margin in zip(model.signature.spatial_axes, facts.seam.halo, strict=True)
    ]
    return {
        "id": "output",
        "description": f"The restored image, on the {scale}'s scale.",
        "axes": _axes(model, names, spatial),
        "postprocessing": [],
        "data": _data(),
        "test_tensor": _file(folder, TEST_OUTPUT),
        "sample_tensor": _file(folder, SAMPLE_OUTPUT),
    }


def _axes(model: Model, channels: list[str], spatial: list[Values]) -> list[Values]:
    return [
        {"type": "batch", "id": "batch", "description": "", "size": None},
        {"type": "channel", "id": "channel", "description": "", "channel_names": channels},
        *(
            {
                "type": "time" if axis == "t" else "space",
                "id": AXIS_NAMES[axis],
                "description": "",
                "unit": None,
                "scale": 1.0,
                **rest,
            }
            for axis, rest in zip(model.signature.spatial_axes, spatial, strict=True)
        ),
    ]


def _data() -> Values:
    return {
        "type": "float32",
        "range": [None, None],
        "unit": "arbitrary unit",
        "scale": 1.0,
        "offset": None,
    }


def _weights(architecture: Architecture, folder: Path) -> Values:
    torch_version = version("torch").partition("+")[0]
    made_from = {"authors": None, "parent": "pytorch_state_dict"}
    return {
        "pytorch_state_dict": {
            **_file(folder, STATE_DICT),
            "authors": None,
            "parent": None,
            "comment": "As trained.",
            "architecture": {
                "callable": architecture.maker,
                "kwargs": architecture.parameters,
                **_file(folder, ARCHITECTURE),
            },
            "pytorch_version": torch_version,
            "dependencies": None,
        },
        "torchscript": {
            **_file(folder, TORCHSCRIPT),
            **made_from,
            "comment": "Traced; serves every valid size.",
            "pytorch_version": torch_version,
        },
        "onnx": {
            **_file(folder, ONNX),
            **made_from,
            "comment": "Serves every valid size.",
            "opset_version": OPSET,
        },
    }


def _ours(facts: Facts) -> Values:
    return {**facts.draft.ours, "halo": list(facts.seam.halo), "seam": facts.seam.error}


def _config(facts: Facts) -> Values:
    """Return what the specification asks for beyond what running needs."""
    said = facts.draft.said
    absolute = min(ABSOLUTE, max(0.01 * float(facts.test_output.max()), 0.0))
    return {
        "nickname": re.sub(r"[^a-z0-9]+", "-", said.name.lower()).strip("-"),
        "reproducibility_tolerance": [
            {
                "relative_tolerance": RELATIVE,
                "absolute_tolerance": absolute,
                "mismatched_elements_per_million": MISMATCHED,
            }
        ],
        "funded_by": said.funded_by,
        "architecture_type": said.architecture_type,
        "architecture_description": said.architecture_description,
        "modality": said.modality,
        "target_structure": list(said.target_structure),
        "task": said.task,
        "new_version": None,
        "out_of_scope_use": said.out_of_scope_use,
        "bias_risks_limitations": {
            key: value
            for key in ("known_biases", "risks", "limitations", "recommendations")
            if (value := getattr(said, key)) is not None
        },
        "model_parameter_count": sum(
            weights.numel() for weights in facts.draft.network.parameters()
        ),
        "training": said.training.model_dump(mode="json", exclude={"hardware_type"}),
        "inference_time": None,
        "memory_requirements_inference": None,
        "memory_requirements_training": None,
        "evaluations": [],
        "environmental_impact": {
            "hardware_type": said.training.hardware_type,
            "hours_used": said.training.training_duration,
            "cloud_provider": None,
            "compute_region": None,
            "co2_emitted": None,
        },
    }
