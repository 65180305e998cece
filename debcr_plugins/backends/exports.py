"""Exported networks in the cache: whole, checked when they are taken out, and not without end."""

from __future__ import annotations

import re

from debcr_core.errors import DebcrError
from debcr_core.files import checked_cache
from debcr_core.files.cache import FOLDER
from debcr_core.files.checked_cache import DIGITS
from debcr_core.notices import say

NETWORKS = "networks"
"""The cache's folder for them."""
LIMIT = 2**30
"""Bytes that they may take together; those that were not used for longest go first."""


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
    pattern = f"*-{key[:DIGITS]}-*.onnx"
    return checked_cache.taken_out(NETWORKS, pattern, "the network is exported anew")


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
        checked_cache.put_in(NETWORKS, f"{said}-{key[:DIGITS]}", ".onnx", content, LIMIT)
    except DebcrError as error:
        say(
            f"The exported network cannot be kept, so it is made anew each time: {error}",
            kind="cache",
            advice=""
            if FOLDER in str(error)
            else f"Let {FOLDER} name a folder that can be written.",
        )
