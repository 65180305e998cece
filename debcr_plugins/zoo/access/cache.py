"""What is kept of downloads, and whether there may be any."""

from __future__ import annotations

import os
from pathlib import Path

from debcr_core.files.cache import cache_root

OFFLINE = "DEBCR_OFFLINE"
DOWNLOADS = "urls"
"""The folder of the cache for what was fetched."""


def how_to_fetch_anew(path: Path) -> str:
    """Return what to do if a file that was fetched is damaged; empty for any other file."""
    if not path.is_relative_to(cache_root() / DOWNLOADS):
        return ""
    return f"If that is because the copy in the cache is damaged, delete {path} and run again."


def offline() -> bool:
    """Say whether the user forbids any connection (``DEBCR_OFFLINE=1``)."""
    return os.environ.get(OFFLINE, "") not in ("", "0")
