"""Where downloads and unpacked files are kept: in a folder that may be deleted at any time."""

from __future__ import annotations

import os
from pathlib import Path

from debcr_core.errors import WriteError
from debcr_core.missing_extras import needs_extra

FOLDER = "DEBCR_CACHE"
OFFLINE = "DEBCR_OFFLINE"
DOWNLOADS = "urls"
"""The folder for what was fetched."""


def cache_folder(*parts: str) -> Path:
    """Return a folder of the cache, which is made where it is missing.

    The cache is the user's usual one, or the folder that the environment variable
    ``DEBCR_CACHE`` names.

    Raises
    ------
    WriteError
        If it cannot be made.
    """
    folder = Path(_root(), *parts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(
            f"The cache folder {folder} cannot be made ({error.strerror or error}): let {FOLDER} "
            "name another one."
        ) from None
    return folder


def how_to_fetch_anew(path: Path) -> str:
    """Return what to do if a file that was fetched is damaged; empty for any other file."""
    if not path.is_relative_to(Path(_root(), DOWNLOADS)):
        return ""
    return f"If that is because the copy in the cache is damaged, delete {path} and run again."


def _root() -> str:
    given = os.environ.get(FOLDER)
    if given:
        return given
    with needs_extra("zoo", "Bundles of the BioImage Model Zoo need"):
        import platformdirs
    return platformdirs.user_cache_dir("debcr-zoo", appauthor=False)


def offline() -> bool:
    """Say whether the user forbids any connection (``DEBCR_OFFLINE=1``)."""
    return os.environ.get(OFFLINE, "") not in ("", "0")
