"""Sentences about what is wrong in nested parameters, such as those of a YAML file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from debcr_core.errors import explain_fault, nearest

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

Place = Sequence[int | str]
Section = type[BaseModel]


def explain_nested(error: ValidationError, source: str, model: Section) -> str:
    """Return a sentence for each fault, which names the nearest valid key or kind.

    Parameters
    ----------
    error : pydantic.ValidationError
        What validating the parameters raised.
    source : str
        What was read, such as a path.
    model : type of pydantic.BaseModel
        What it was read as.
    """
    # A list counts as short where all its items are faulty.
    places = [fault["loc"] for fault in error.errors()]
    faults = [
        fault
        for fault in error.errors()
        if not (fault["type"] == "too_short" and any(_below(fault["loc"], p) for p in places))
    ]
    # Many keys may be missing, from a form that was not filled in: one sentence for all of them.
    missing = [f'"{fault["loc"][0]}"' for fault in faults if _is_missing(fault)]
    sentences = [_sentence(fault, source, model) for fault in faults if not _is_missing(fault)]
    if missing:
        word = "parameter" if len(missing) == 1 else "parameters"
        sentences.insert(0, f"{source} needs the {word} {', '.join(missing)}.")
    return " ".join(sentences)


def keys_beside(model: Section, place: Place) -> list[str]:
    """Return the keys that are valid where a key stands, itself among them if it is valid.

    Parameters
    ----------
    model : type of pydantic.BaseModel
        The outermost parameters.
    place : sequence of int or str
        Keys, numbers of list items and kinds that lead to the key, itself the last: the ``loc`` of
        a pydantic error.
    """
    sections = [model]
    for part in place[:-1]:
        sections = _within(sections, part)
    return [key for section in sections for key in section.model_fields]


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


def _below(place: Place, other: Place) -> bool:
    return len(other) > len(place) and other[: len(place)] == place


def _sentence(fault: ErrorDetails, source: str, model: Section) -> str:
    place = fault["loc"]
    if fault["type"] == "union_tag_invalid":
        tag, known = fault["ctx"]["tag"], re.findall("'(.*?)'", fault["ctx"]["expected_tags"])
        return f'"{_path(place)}" in {source}: there is no kind "{tag}". {nearest(tag, known)}'
    if fault["type"] == "missing" and isinstance(place[-1], int):
        return f'"{_path(place[:-1])}" in {source} has too few values.'
    # An item of a list is named with its list.
    last = max((i for i, part in enumerate(place) if isinstance(part, str)), default=0)
    where = f'"{_path(place[:last])}" in {source}' if last else source
    alone: ErrorDetails = {**fault, "loc": (_path(place[last:]),) if place else ()}
    return explain_fault(alone, where, keys_beside(model, place))


def _path(place: Place) -> str:
    return ".".join(map(str, place))
