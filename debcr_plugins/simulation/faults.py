"""Sentences about what is wrong in a simulation's YAML file."""

import re
from collections.abc import Iterable
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails

from debcr_core.errors import explain_validation, nearest
from debcr_plugins.simulation.kinds import AnyPSF, AnyStructure
from debcr_plugins.simulation.parameters import (
    Sharp,
    Simulation,
    SixteenBitReadout,
    VariedMicrograph,
)

PARTS: dict[Any, Any] = {
    "micrograph": VariedMicrograph,
    "readout": SixteenBitReadout,
    "sharp": Sharp,
    **{
        part.model_fields["kind"].default: part
        for union in (AnyStructure, AnyPSF)
        for part in get_args(get_args(union)[0])
    },
}
"""The parameters that stand below the key, or belong to the kind, of that name."""

REASONS = {
    "union_tag_not_found": 'needs the key "kind"',
    "model_type": "must hold keys with values",
    "tuple_type": "must be a list in square brackets",
    "too_short": "must not be empty",
}
"""What to say where pydantic's own words are for programmers."""


def explain_faults(error: ValidationError, source: str) -> str:
    """Return a sentence for each fault, which names the nearest valid key or kind.

    Parameters
    ----------
    error
        What validating a `Simulation` raised.
    source
        What was read, such as a path.
    """
    faults = error.errors()
    # A list counts as short where all its items are faulty.
    places = [fault["loc"] for fault in faults]
    return " ".join(
        _sentence(fault, source)
        for fault in faults
        if not (fault["type"] == "too_short" and any(_below(fault["loc"], p) for p in places))
    )


def _below(place: tuple[int | str, ...], other: tuple[int | str, ...]) -> bool:
    return len(other) > len(place) and other[: len(place)] == place


def _sentence(fault: ErrorDetails, source: str) -> str:
    *above, key = fault["loc"]
    subject = f'"{_path(fault["loc"])}" in {source}'
    if fault["type"] == "union_tag_invalid":
        tag, known = fault["ctx"]["tag"], re.findall("'(.*?)'", fault["ctx"]["expected_tags"])
        return f'{subject}: there is no kind "{tag}". {nearest(tag, known)}'
    if fault["type"] in REASONS:
        return f"{subject} {REASONS[fault['type']]}."
    if fault["type"] == "missing" and isinstance(key, int):
        return f'"{_path(above)}" in {source} has too few values.'
    where = f'"{_path(above)}" in {source}' if above else source
    fields = PARTS.get(above[-1] if above else "", Simulation).model_fields
    detail = InitErrorDetails(
        type=fault["type"], loc=(key,), input=fault["input"], ctx=fault.get("ctx", {})
    )
    return explain_validation(ValidationError.from_exception_data(source, [detail]), where, fields)


def _path(place: Iterable[int | str]) -> str:
    return ".".join(str(part) for part in place)
