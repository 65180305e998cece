"""Components in a configuration: in words, as on the command line, or as a mapping."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from debcr_core.errors import UsageError
from debcr_core.named_component import spelled_out


def spelled(part: Any) -> Any:
    """Return words such as ``crop sigma=2`` as a mapping; anything else as it is."""
    if not isinstance(part, str):
        return part
    try:
        return spelled_out(part, "it")
    except UsageError as error:
        raise ValueError(str(error).removeprefix("it ").rstrip(".")) from None


Part = Annotated[dict[str, Any], BeforeValidator(spelled)]
"""A component: its name, words as on the command line, or its name with its parameters."""
