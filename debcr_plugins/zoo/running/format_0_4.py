"""Help the conversion from format 0.4 to 0.5, which takes less than format 0.4 allows.

bioimageio.spec (0.5.12) does not convert fixed sizes with a halo, scalars with axes, and metadata
for which format 0.5 has stricter rules; and it drops checksums. What running a model needs none
of is kept from it, what it has no place for is put back afterwards, and the steps of processing
are converted by `debcr_plugins.zoo.running.steps_0_4`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from debcr_plugins.zoo.running.specification import NotValidError
from debcr_plugins.zoo.running.steps_0_4 import converted

Rdf = Mapping[str, Any]
Plain = dict[str, Any]

SIDES = {"inputs": "preprocessing", "outputs": "postprocessing"}
RUNNING = ("format_version", "type", "inputs", "outputs", "test_inputs", "test_outputs", "weights")
"""What a model needs to run."""
NOT_FOR_RUNNING = {
    "name": "Placeholder",
    "description": "A placeholder.",
    "authors": [{"name": "Nobody"}],
    "cite": [],
    "documentation": "README.md",
    "license": "MIT",
    "tags": [],
    "timestamp": "2022-01-01T00:00:00",
}
"""What stands for the rest, as far as format 0.4 demands it."""
CODE = "pytorch_state_dict"
"""The weights that name an architecture, whose addresses format 0.5 is stricter about."""
OF_WEIGHTS = ("attachments", "authors", "dependencies")
"""What a model needs none of to run, in each entry of its weights."""


def completed(rdf: Rdf) -> Plain:
    """Return an RDF in which steps after the network name axes, where they may leave them out.

    bioimageio.spec refuses the default of format 0.4 itself.
    """
    plain = deepcopy(dict(rdf))
    for output, kwargs in _without_axes(plain):
        kwargs["axes"] = "".join(axis for axis in "zyx" if axis in str(output.get("axes")))
    return plain


def _without_axes(rdf: Rdf) -> Iterator[tuple[Rdf, Plain]]:
    """Yield each output and the parameters of a step of its that may have axes, but has none."""
    outputs = rdf.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        steps = output.get("postprocessing") if isinstance(output, Mapping) else None
        for step in steps if isinstance(steps, list) else ():
            kwargs = step.get("kwargs") if isinstance(step, Mapping) else None
            if isinstance(kwargs, dict) and kwargs.get("axes") is None and _may_have_axes(step):
                yield output, kwargs


def _may_have_axes(step: Rdf) -> bool:
    return step.get("name") in ("scale_linear", "scale_mean_variance")


def convertible(plain: Plain) -> Plain:
    """Return what is needed of a valid RDF of format 0.4, so that it can be converted.

    Raises
    ------
    NotValidError
        If it does not name a test tensor for each tensor, as format 0.5 does.
    """
    for side in SIDES:
        tests, count = len(plain[f"test_{side}"]), len(plain[side])
        if tests != count:
            raise NotValidError(f"test_{side}: {tests} given, but there are {count} {side}")
    kept = {**NOT_FOR_RUNNING, **{key: deepcopy(plain[key]) for key in RUNNING}}
    for side, processing in SIDES.items():
        for tensor in kept[side]:
            tensor[processing] = []
            tensor.pop("halo", None)
    for entry in filter(None, kept["weights"].values()):
        for key in OF_WEIGHTS:
            entry.pop(key, None)
    return kept


def without_code(plain: Plain) -> Plain:
    """Return a valid RDF of format 0.4 without the weights that name code, which others outlast."""
    kept = {kind: dict(entry) for kind, entry in plain["weights"].items() if entry and kind != CODE}
    for entry in kept.values():
        if entry.get("parent") == CODE:
            del entry["parent"]
    return {**plain, "weights": kept}


def put_back(new: Plain, old: Plain, rdf: Rdf) -> Plain:
    """Return an RDF after its conversion with what was kept from that.

    Parameters
    ----------
    new : dict
        What became of `convertible`, in format 0.5.
    old : dict
        The whole, in format 0.4, as the specification understands it.
    rdf : mapping
        The whole as it was written.
    """
    whole = {**new, **{key: value for key, value in old.items() if key not in RUNNING}}
    whole |= _files(old)
    for side, processing in SIDES.items():
        for tensor, before, written in zip(whole[side], old[side], rdf[side], strict=True):
            _name_no_axes_that_were_left_out(before[processing], written.get(processing) or ())
            tensor[processing] = converted(before, before[processing], side)
            for axis, halo in zip(tensor["axes"], before.get("halo") or (), strict=False):
                if axis["type"] in ("space", "time"):
                    axis["halo"] = halo
    for kind, entry in old["weights"].items():
        if entry and entry.get("sha256"):
            whole["weights"][kind]["sha256"] = entry["sha256"]
    return whole


def _name_no_axes_that_were_left_out(steps: Sequence[Plain], written: Sequence[Rdf]) -> None:
    for step, raw in zip(steps, written, strict=True):
        if step.get("kwargs") and (raw["kwargs"] or {}).get("axes") is None:
            step["kwargs"].pop("axes", None)


def _files(old: Plain) -> Plain:
    """Return the files that format 0.4 names without anything else, as format 0.5 does."""
    attached = (old.get("attachments") or {}).get("files") or []
    return {
        "attachments": [{"source": name} for name in attached],
        "covers": [{"source": name} for name in old.get("covers") or ()],
        "documentation": {"source": old["documentation"]},
    }
