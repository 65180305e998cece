"""`debcr judge`: trained models against the input and classical baselines, on pairs of images."""

from __future__ import annotations

from collections.abc import Callable

from debcr_core.hookspecs import hookimpl
from debcr_plugins.judging.command import judge


@hookimpl
def debcr_commands() -> dict[str, Callable[..., None]]:
    """Offer the command."""
    return {"judge": judge}
