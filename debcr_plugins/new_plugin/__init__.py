"""`debcr new-plugin`: begin a plugin's repository, with a working component of each kind."""

from __future__ import annotations

from collections.abc import Callable

from debcr_core.hookspecs import hookimpl
from debcr_plugins.new_plugin.command import new_plugin


@hookimpl
def debcr_commands() -> dict[str, Callable[..., None]]:
    """Offer the command."""
    return {"new-plugin": new_plugin}
