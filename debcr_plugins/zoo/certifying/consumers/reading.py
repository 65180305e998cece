"""Read an RDF as it was written: format 0.4 and 0.5 name the same things differently.

Programs differ in what they make of the two formats, so the RDF is not converted here.
Specification: https://bioimage-io.github.io/spec-bioimage-io/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from debcr_core.rdf_axis_names import AXIS_LETTERS

Rdf = Mapping[str, Any]
Step = Mapping[str, Any]


def tensors(rdf: Rdf, side: str) -> Sequence[Mapping[str, Any]]:
    """Return the ``inputs`` or ``outputs``."""
    found: Sequence[Mapping[str, Any]] = rdf[side]
    return found


def letters(tensor: Mapping[str, Any]) -> str:
    """Return a tensor's axes in short, such as ``bcyx``."""
    axes = tensor["axes"]
    if isinstance(axes, str):
        return axes
    return "".join(AXIS_LETTERS.get(axis["type"], str(axis.get("id"))) for axis in axes)


def weights(rdf: Rdf) -> dict[str, Mapping[str, Any]]:
    """Return the entries of all weights formats, by their names."""
    return {name: entry for name, entry in rdf["weights"].items() if entry is not None}


def steps(rdf: Rdf) -> list[Step]:
    """Return all pre- and postprocessing, of all tensors."""
    return [*preprocessing(rdf), *postprocessing(rdf)]


def preprocessing(rdf: Rdf) -> list[Step]:
    """Return the processing of all inputs."""
    return [step for tensor in tensors(rdf, "inputs") for step in tensor.get("preprocessing") or ()]


def postprocessing(rdf: Rdf) -> list[Step]:
    """Return the processing of all outputs."""
    return [
        step for tensor in tensors(rdf, "outputs") for step in tensor.get("postprocessing") or ()
    ]


def name_of(step: Step) -> str:
    """Return the operation's name."""
    return str(step.get("id") or step.get("name"))


def kwargs_of(step: Step) -> dict[str, Any]:
    """Return the operation's parameters, without those that are null."""
    return {key: value for key, value in (step.get("kwargs") or {}).items() if value is not None}


def library_of(rdf: Rdf) -> str:
    """Return the package that the state dict's architecture is imported from, if from any."""
    entry = weights(rdf).get("pytorch_state_dict", {})
    architecture = entry.get("architecture")
    if isinstance(architecture, Mapping):
        return str(architecture.get("import_from") or "").partition(".")[0]
    if isinstance(architecture, str) and not architecture.partition(":")[0].endswith(".py"):
        return architecture.partition(".")[0]
    return ""
