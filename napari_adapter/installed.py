"""The plugins of the readers and writers that napari calls, found once."""

from __future__ import annotations

from functools import cache

from debcr_core.plugins import Plugins


@cache
def installed() -> Plugins:
    """Return what is installed."""
    return Plugins.discover()
