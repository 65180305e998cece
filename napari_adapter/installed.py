"""The plugins that are installed, found once for readers, writers and the widget."""

from __future__ import annotations

import threading
from functools import cache

from debcr_core.plugins import Plugins
from napari_adapter.garbage import importing_much

_lock = threading.Lock()


def installed() -> Plugins:
    """Return what is installed; slow for the first time."""
    with _lock:
        return _discovered()


@cache
def _discovered() -> Plugins:
    with importing_much():
        return Plugins.discover()
