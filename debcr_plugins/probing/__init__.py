"""`debcr probe`: measures of a model that noise in the truth, or a habit, cannot flatter."""

from __future__ import annotations

from collections.abc import Callable

from debcr_core.hookspecs import hookimpl
from debcr_plugins.probing.command import probe


@hookimpl
def debcr_commands() -> dict[str, Callable[..., None]]:
    """Offer the command."""
    return {"probe": probe}
