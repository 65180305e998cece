"""Files in the cache that are whole: their names say what they are of, and what they hold.

A name ends with a checksum of the content. So a file is looked up by name, a damaged one is told,
and two processes that make one at once write the same file or two that are as good.
"""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path

from debcr_core.files.cache import cache_folder, cache_root
from debcr_core.files.whole import whole_or_nothing
from debcr_core.notices import say

DIGITS = 16
"""Of a checksum in a name: enough to tell files apart, and a damaged one."""
LEFT = 3600
"""Seconds after which an unfinished file is one that a killed process left."""


def taken_out(folder: str, pattern: str, instead: str = "") -> bytes | None:
    """Return what a file of the cache holds; None if none is there, or it is damaged.

    Parameters
    ----------
    folder : str
        The cache's folder.
    pattern : str
        What its name looks like, as `Path.glob` takes it.
    instead : str
        What is done where it is damaged, to be said then; empty: nothing is said.

    Warns
    -----
    DebcrWarning
        If it is damaged.
    """
    for path in sorted((cache_root() / folder).glob(pattern)):
        try:
            content = path.read_bytes()
        except OSError:
            continue
        if path.stem.endswith(_sum(content)):
            with suppress(OSError):
                os.utime(path)
            return content
        if instead:
            say(f"{path} in the cache is damaged: {instead}.", kind="damaged-cache")
        with suppress(OSError):
            path.unlink()
    return None


def put_in(folder: str, name: str, suffix: str, content: bytes, limit: int) -> None:
    """Keep a file for the next time.

    Parameters
    ----------
    folder : str
        The cache's folder.
    name : str
        What the file is of.
    suffix : str
        Such as ``.onnx``.
    content : bytes
        What it holds.
    limit : int
        Bytes that files of that suffix may take there together; those that were not used for
        longest go first.

    Raises
    ------
    DebcrError
        If the cache cannot be written.
    """
    path = cache_folder(folder) / f"{name}-{_sum(content)}{suffix}"
    with whole_or_nothing(path, overwrite=True) as temporary:
        temporary.write_bytes(content)
    # Another process may be clearing the cache.
    with suppress(OSError):
        prune(path, limit)


def prune(newest: Path, limit: int) -> None:
    """Remove files beside one that was just put in, until what is left takes no more than that.

    Those of its suffix go that were not used for longest; and what killed processes left.

    Parameters
    ----------
    newest : Path
        Stays.
    limit : int
        Bytes.
    """
    used: list[tuple[float, int, Path]] = []
    for path in newest.parent.iterdir():
        with suppress(OSError):
            facts = path.stat()
            if path.name.startswith(".partial-") and time.time() - facts.st_mtime > LEFT:
                path.unlink()
            elif path.suffix == newest.suffix and path != newest:
                used.append((facts.st_mtime, facts.st_size, path))
    total = newest.stat().st_size + sum(size for _, size, _ in used)
    for _, size, path in sorted(used):
        if total <= limit:
            return
        with suppress(OSError):
            path.unlink()
        total -= size


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:DIGITS]
