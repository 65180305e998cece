"""Sentences about what is wrong in parameters: of a component, or nested as in a YAML file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel

from debcr_core.errors import nearest

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

Place = Sequence[int | str]
Section = type[BaseModel]

REASONS = {
    "dict_type": "must hold keys with values",
    "list_type": "must be a list in square brackets",
    "model_type": "must hold keys with values",
    "string_too_long": "must have {max_length} characters or fewer",
    "string_too_short": "must have {min_length} characters or more",
    "string_type": "must be text",
    "too_short": "must not be empty",
    "tuple_type": "must be a list in square brackets",
}
"""What to say where pydantic's own words are for programmers."""
SHOWN = 3
"""Values of one list that a sentence names."""
LONGEST = 100
"""Characters of a value that a sentence shows."""


def explain(error: ValidationError, source: str, model: Section) -> str:
    """Return a sentence for each fault, which names the nearest valid key or kind.

    Parameters
    ----------
    error : pydantic.ValidationError
        What validating the parameters raised.
    source : str
        What was read, such as a path or ``normalizer "percentile"``.
    model : type of pydantic.BaseModel
        What it was read as.
    """
    return " ".join(sentence for _, sentence in explain_each(error, source, model))


def explain_each(
    error: ValidationError, source: str, model: Section
) -> list[tuple[tuple[int | str, ...], str]]:
    """Return the sentences of `explain`, each after the place of what it is about.

    Returns
    -------
    list of (tuple of int or str, str)
        Keys and numbers of list items that lead to the value: ``("tile", 0)``; none where it is
        about all the parameters together.
    """
    # A list counts as short where all its items are faulty.
    places = [fault["loc"] for fault in error.errors()]
    faults = [
        fault
        for fault in error.errors()
        if not (fault["type"] == "too_short" and any(_below(fault["loc"], p) for p in places))
    ]
    # Many keys may be missing, from a form that was not filled in: one sentence for all of them.
    missing = [fault["loc"] for fault in faults if _is_missing(fault)]
    others = _alike([fault for fault in faults if not _is_missing(fault)])
    told = [(fault["loc"], _sentence(fault, source, model, *more)) for fault, *more in others]
    if missing:
        word = "parameter" if len(missing) == 1 else "parameters"
        keys = ", ".join(f'"{place[0]}"' for place in missing)
        told.insert(0, (missing[0], f"{source} needs the {word} {keys}."))
    return told


def _within(sections: list[Section], part: int | str) -> list[Section]:
    """Return the sections that a part of a place leads to."""
    named = [section.model_fields[part] for section in sections if part in section.model_fields]
    inner = [found for field in named for found in _sections(field.annotation)]
    # Besides keys there are kinds, which tell several sections apart, and numbers of list items.
    return inner or [section for section in sections if _is_kind(section, part)] or sections


def _sections(annotation: Any) -> list[Section]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [section for part in get_args(annotation) for section in _sections(part)]


def _is_kind(section: Section, part: int | str) -> bool:
    return any(get_args(field.annotation) == (part,) for field in section.model_fields.values())


def _is_missing(fault: ErrorDetails) -> bool:
    return fault["type"] == "missing" and len(fault["loc"]) == 1


def _alike(faults: Sequence[ErrorDetails]) -> list[list[ErrorDetails]]:
    """Put together what is wrong in the same way with several values of one list."""
    groups: dict[Any, list[ErrorDetails]] = {}
    for fault in faults:
        place = fault["loc"]
        of_list = bool(place) and isinstance(place[-1], int)
        key = (place[:-1], fault["type"], fault["msg"]) if of_list else (place, fault["type"])
        groups.setdefault(key, []).append(fault)
    return list(groups.values())


def _below(place: Place, other: Place) -> bool:
    return len(other) > len(place) and other[: len(place)] == place


def _sentence(fault: ErrorDetails, source: str, model: Section, *others: ErrorDetails) -> str:
    place = _place(fault, model)
    # An item of a list is named with its list.
    last = max((i for i, part in enumerate(place) if isinstance(part, str)), default=0)
    where = f'"{_path(place[:last])}" in {source}' if last else source
    key = _path(place[last:])
    subject = f'Parameter "{key}" of {where}' if key else where
    if others:
        keys = [f'"{_path(_place(each, model)[last:])}"' for each in (fault, *others)]
        subject = f"Parameters {_listed(keys)} of {where}"
    match fault["type"]:
        case "extra_forbidden":
            return f'{where} has no parameter "{key}". {nearest(key, _keys_beside(model, place))}'
        case "missing" if isinstance(place[-1], int):
            return f'"{_path(place[:-1])}" in {source} has too few values.'
        case "missing":
            return f'{where} needs the parameter "{key}".'
        case "union_tag_not_found":
            return f'{subject} needs the key "kind".'
        case "union_tag_invalid":
            tag, known = fault["ctx"]["tag"], re.findall("'(.*?)'", fault["ctx"]["expected_tags"])
            return f'"{_path(place)}" in {source}: there is no kind "{tag}". {nearest(tag, known)}'
        case "value_error":
            reason = ": " + fault["msg"].removeprefix("Value error, ")
        case kind if kind in REASONS:
            reason = " " + REASONS[kind].format(**fault.get("ctx", {}))
        case _:
            reason = " " + fault["msg"].replace("Input should be ", "must be ", 1)
    # A whole section would bury the sentence.
    given = "" if isinstance(fault["input"], dict) else f"; it is {_shown(fault['input'])}"
    if others and given:
        given = f"; they are {_listed([_shown(each['input']) for each in (fault, *others)])}"
    return f"{subject}{reason}{given}."


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _listed(words: Sequence[str]) -> str:
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return ", ".join(words[:SHOWN]) + more


def _place(fault: ErrorDetails, model: Section) -> Place:
    """Return where a fault is, without the types that pydantic tried where several are valid."""
    sections, kept, plain = [model], list[int | str](), False
    for part in fault["loc"]:
        if plain and isinstance(part, str):
            continue
        kept.append(part)
        fields = [each.model_fields[part] for each in sections if part in each.model_fields]
        plain = bool(fields) and all(_is_plain(field.annotation) for field in fields)
        sections = _within(sections, part)
    return kept


def _is_plain(annotation: Any) -> bool:
    """Say whether values of a type have no keys."""
    if _sections(annotation) or get_origin(annotation) in (dict, Mapping):
        return False
    return all(map(_is_plain, get_args(annotation)))


def _keys_beside(model: Section, place: Place) -> list[str]:
    """Return the keys that are valid where a key stands, itself among them if it is valid."""
    sections = [model]
    for part in place[:-1]:
        sections = _within(sections, part)
    return [key for section in sections for key in section.model_fields]


def _path(place: Place) -> str:
    return ".".join(map(str, place))
