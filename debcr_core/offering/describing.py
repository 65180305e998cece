"""What components and commands say of themselves."""

from __future__ import annotations

import inspect
from typing import Any

from debcr_core.offering.checking import is_group


def summary_of(thing: object) -> str:
    """Return the first paragraph of a docstring, on one line.

    Examples
    --------
    >>> summary_of(summary_of)
    'Return the first paragraph of a docstring, on one line.'
    """
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def help_of(command: Any) -> str:
    """Return what a command, a function or a `typer.Typer`, says of itself."""
    if not is_group(command):
        return inspect.getdoc(command) or ""
    callback = command.registered_callback
    said = [command.info.help, callback and callback.help]
    own = inspect.getdoc(callback.callback) if callback and callback.callback else None
    return next((text for text in [*said, own] if isinstance(text, str)), "")
