"""Where downloads, unpacked files and exported networks are kept: a folder that may be deleted."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from debcr_core.errors import WriteError

FOLDER = "DEBCR_CACHE"


@dataclass(frozen=True)
class Kept:
    """Something in the cache.

    Attributes
    ----------
    name : str
        Its path in the cache; of downloads, the folder of all that come from one place.
    bytes : int
        What it takes.
    used : float
        When it was made or used last, in seconds since 1970.
    """

    name: str
    bytes: int
    used: float


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
    """Return the folder of the whole cache, which need not be there.

    Raises
    ------
    WriteError
        If the user has no home folder, and ``DEBCR_CACHE`` names none.
    """
    given = os.environ.get(FOLDER)
    if given:
        return Path(given)
    import platformdirs

    try:
        return Path(platformdirs.user_cache_dir("debcr-zoo", appauthor=False))
    # As in a container, for a user whom the system does not know.
    except RuntimeError:
        raise WriteError(
            f"There is no home folder to keep a cache in: let {FOLDER} name a folder."
        ) from None


def kept() -> list[Kept]:
    """Return what is in the cache: the entries of its folders, what was used last first.

    A folder without files, such as a download that failed leaves, is nothing.
    """
    root = cache_root()
    entries = [_kept(path, root) for folder in _within(root) for path in _within(folder)]
    found = [each for each in entries if each is not None]
    return sorted(found, key=lambda each: (-each.used, each.name))


def clear() -> tuple[int, list[Path]]:
    """Delete what is in the cache.

    Returns
    -------
    int
        Bytes that were freed.
    list of Path
        Files that could not be deleted.
    """
    freed, left = 0, []
    for folder in _within(cache_root()):
        for path in _files(folder):
            try:
                size = path.lstat().st_size
                path.unlink()
            except OSError:
                left.append(path)
            else:
                freed += size
        for path in sorted(folder.rglob("*"), reverse=True):
            with suppress(OSError):
                path.rmdir()
        with suppress(OSError):
            folder.rmdir()
    return freed, left


def _kept(path: Path, root: Path) -> Kept | None:
    facts = []
    for file in _files(path):
        with suppress(OSError):
            facts.append(file.lstat())
    if not facts:
        return None
    size, used = sum(f.st_size for f in facts), max(f.st_mtime for f in facts)
    return Kept(path.relative_to(root).as_posix(), size, used)


def _files(path: Path) -> list[Path]:
    """Return a file, or all files in a folder; no link is followed."""
    if path.is_symlink() or not path.is_dir():
        return [path]
    return [each for each in path.rglob("*") if each.is_symlink() or not each.is_dir()]


def _within(folder: Path) -> list[Path]:
    """Return what is in a folder; nothing where there is none, or none that may be looked into."""
    try:
        return sorted(folder.iterdir()) if not folder.is_symlink() else []
    except OSError:
        return []
