"""Parameters as YAML that explains itself: each with its description above it."""

from __future__ import annotations

import json
import textwrap
from typing import Any

from pydantic import BaseModel

from debcr_core.yaml.strict import dump_yaml

WIDTH = 90


def commented_yaml(parameters: BaseModel) -> str:
    """Return all parameters with their values, and their descriptions as comments.

    Reading it gives equal parameters back.

    Parameters
    ----------
    parameters : pydantic.BaseModel
        Values, and fields with descriptions; models within it become sections.

    Examples
    --------
    >>> from pydantic import Field
    >>> class Camera(BaseModel):
    ...     gain: float = Field(2.0, description="Counts per electron.")
    >>> print(commented_yaml(Camera()), end="")
    # Counts per electron.
    gain: 2.0
    """
    return "".join(
        _comment(field.description or _first_sentence(parameters))
        + commented_entry(name, getattr(parameters, name))
        for name, field in type(parameters).model_fields.items()
    )


def commented_out(text: str) -> str:
    """Return YAML that has no effect until the leading ``# `` is removed."""
    return textwrap.indent(text, "# ")


def commented_entry(name: str, value: Any) -> str:
    """Return one parameter with its value, and with the comments inside of it."""
    if isinstance(value, BaseModel):
        return f"{name}:\n{textwrap.indent(commented_yaml(value), '  ')}"
    if isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        return f"{name}:\n{''.join(map(_item, value))}"
    if isinstance(value, str):
        return dump_yaml({name: value})
    # JSON is YAML, with short lists on one line.
    return f"{name}: {json.dumps(value)}\n"


def _comment(text: str) -> str:
    return "".join(f"# {line}\n" for line in textwrap.wrap(text, WIDTH))


def _first_sentence(parameters: BaseModel) -> str:
    """Return what the parameters are all about; it stands above their ``kind``."""
    return " ".join((type(parameters).__doc__ or "").partition("\n\n")[0].split())


def _item(parameters: BaseModel) -> str:
    return "- " + textwrap.indent(commented_yaml(parameters), "  ")[2:]
