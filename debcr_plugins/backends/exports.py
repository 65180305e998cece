"""Exported networks in the cache: whole, checked when they are taken out, and not without end.

A file's name ends with checksums of the network it is of and of its own content. So it is looked up
by name, and two processes that export at once write the same file or two that are as good.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress

from debcr_core.errors import DebcrError
from debcr_core.files.cache import FOLDER, cache_folder, cache_root, prune
from debcr_core.files.whole import whole_or_nothing
from debcr_core.notices import say

NETWORKS = "networks"
"""The cache's folder for them."""
LIMIT = 2**30
"""Bytes that they may take together; those that were not used for longest go first."""
DIGITS = 16
"""Of each checksum in a name: enough to tell networks apart, and a damaged one."""


def taken_out(key: str) -> bytes | None:
    """Return an exported network of the cache; None if it is not there, or is damaged.

    Parameters
    ----------
    key : str
        As `network_key` returns it.

    Warns
    -----
    DebcrWarning
        If it is damaged.
    """
    for path in sorted((cache_root() / NETWORKS).glob(f"*-{key[:DIGITS]}-*.onnx")):
        try:
            content = path.read_bytes()
        except OSError:
            continue
        if path.stem.endswith(_sum(content)):
            with suppress(OSError):
                os.utime(path)
            return content
        say(f"{path} in the cache is damaged: the network is exported anew.", kind="damaged-cache")
        with suppress(OSError):
            path.unlink()
    return None


def put_in(key: str, name: str, content: bytes) -> None:
    """Keep an exported network for the next time.

    Parameters
    ----------
    key : str
        As `network_key` returns it.
    name : str
        The network's, for who lists the cache.
    content : bytes
        The ONNX file.

    Warns
    -----
    DebcrWarning
        If the cache cannot be written.
    """
    said = re.sub(r"[^A-Za-z0-9_.]+", "-", name)[:40]
    try:
        folder = cache_folder(NETWORKS)
        path = folder / f"{said}-{key[:DIGITS]}-{_sum(content)}.onnx"
        with whole_or_nothing(path, overwrite=True) as temporary:
            temporary.write_bytes(content)
    except DebcrError as error:
        say(
            f"The exported network cannot be kept, so it is made anew each time: {error}",
            kind="cache",
            advice=""
            if FOLDER in str(error)
            else f"Let {FOLDER} name a folder that can be written.",
        )
        return
    # Another process may be clearing the cache.
    with suppress(OSError):
        prune(path, LIMIT)


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:DIGITS]
