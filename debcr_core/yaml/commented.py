"""Parameters as YAML that explains itself: each with its description above it."""

from __future__ import annotations

import json
import textwrap
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from debcr_core.yaml.strict import dump_yaml

WIDTH = 90
UNSET = "  # null; to set it, remove the # before each indented line below"


def commented_yaml(parameters: BaseModel, *, unset: bool = False) -> str:
    """Return all parameters with their values, and their descriptions as comments.

    Reading it gives equal parameters back.

    Parameters
    ----------
    parameters : pydantic.BaseModel
        Values, and fields with descriptions; models within it become sections.
    unset : bool
        Whether below a section that is null its keys stand with their defaults, as comments: for a
        file to fill in.

    Examples
    --------
    >>> from pydantic import Field
    >>> class Camera(BaseModel):
    ...     gain: float = Field(2.0, description="Counts per electron.")
    >>> print(commented_yaml(Camera()), end="")
    # Counts per electron.
    gain: 2.0
    """
    entries = []
    for name, field in type(parameters).model_fields.items():
        # What a section that is not set requires has no value.
        value = getattr(parameters, name, None)
        section = _section(field.annotation) if unset and value is None else None
        entry = _unset(name, section) if section else commented_entry(name, value, unset=unset)
        entries.append(_comment(field.description or _first_sentence(parameters)) + entry)
    return "".join(entries)


def commented_out(text: str) -> str:
    """Return YAML that has no effect until the leading ``# `` is removed."""
    return textwrap.indent(text, "# ")


def commented_entry(name: str, value: Any, *, unset: bool = False) -> str:
    """Return one parameter with its value, and with the comments inside of it.

    Parameters
    ----------
    name : str
        Its key.
    value : object
        What YAML can say; models become sections.
    unset : bool
        As for `commented_yaml`.
    """
    if isinstance(value, BaseModel):
        return f"{name}:\n{textwrap.indent(commented_yaml(value, unset=unset), '  ')}"
    if isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        return f"{name}:\n{''.join(_item(each, unset) for each in value)}"
    if isinstance(value, str):
        return dump_yaml({name: value})
    # JSON is YAML, with short lists on one line.
    return f"{name}: {json.dumps(value)}\n"


def _section(annotation: Any) -> type[BaseModel] | None:
    """Return the model, of several the first, that stands where a parameter is not null."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) not in (Annotated, Union, UnionType):
        return None
    return next(filter(None, map(_section, get_args(annotation))), None)


def _unset(name: str, section: type[BaseModel]) -> str:
    # A key without a value is null. Defaults alone need not be valid: they are not checked.
    keys = commented_yaml(section.model_construct(), unset=True)
    return f"{name}:{UNSET}\n{commented_out(textwrap.indent(keys, '  '))}"


def _comment(text: str) -> str:
    return "".join(f"# {line}\n" for line in textwrap.wrap(text, WIDTH))


def _first_sentence(parameters: BaseModel) -> str:
    """Return what the parameters are all about; it stands above their ``kind``."""
    return " ".join((type(parameters).__doc__ or "").partition("\n\n")[0].split())


def _item(parameters: BaseModel, unset: bool) -> str:
    return "- " + textwrap.indent(commented_yaml(parameters, unset=unset), "  ")[2:]
