"""`debcr noise`: gain, offset and read noise of a camera, estimated from its images."""

from __future__ import annotations

from collections.abc import Callable

from debcr_core.hookspecs import hookimpl
from debcr_plugins.noise.command import noise


@hookimpl
def debcr_commands() -> dict[str, Callable[..., None]]:
    """Offer the command."""
    return {"noise": noise}
