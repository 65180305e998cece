"""Where downloads, unpacked files and exported networks are kept: a folder that may be deleted."""

from __future__ import annotations

import os
from pathlib import Path

from debcr_core.errors import WriteError

FOLDER = "DEBCR_CACHE"


def cache_folder(*parts: str) -> Path:
    """Return a folder of the cache, which is made where it is missing.

    The cache is the user's usual one, or the folder that the environment variable
    ``DEBCR_CACHE`` names.

    Raises
    ------
    WriteError
        If it cannot be made.
    """
    folder = cache_root().joinpath(*parts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(
            f"The cache folder {folder} cannot be made ({error.strerror or error}): let {FOLDER} "
            "name another one."
        ) from None
    return folder


def cache_root() -> Path:
    """Return the folder of the whole cache, which need not be there."""
    given = os.environ.get(FOLDER)
    if given:
        return Path(given)
    import platformdirs

    return Path(platformdirs.user_cache_dir("debcr-zoo", appauthor=False))
