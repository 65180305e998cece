"""Valid RDFs in the cache, as the specification understands them.

Importing the specification takes most of the time in which a bundle is opened, and what it says of
one and the same RDF is always the same. What it refuses is not kept.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from debcr_core.errors import DebcrError
from debcr_core.files.cache import cache_folder, cache_root, prune
from debcr_core.files.whole import whole_or_nothing

FOLDER = "descriptions"
"""The cache's folder for them."""
LIMIT = 2**22
"""Bytes that they may take together; one takes some ten thousand."""
DECIDING = ("bioimageio.spec", "pydantic", "debcr-zoo")
"""Distributions of which another version may say something else."""
DIGITS = 16
"""Of the content's checksum, at the end of the name."""

Rdf = Mapping[str, Any]


def kept_or_made(
    rdf: Rdf, wanted: str, make: Callable[[Rdf, str], dict[str, Any]]
) -> dict[str, Any]:
    """Return what was made of an RDF before; else make it now, and keep it.

    Parameters
    ----------
    rdf : mapping
        Plain values.
    wanted : str
        The format to return it in, as `make` takes it.
    make : callable
        Returns the RDF as the specification understands it, plain values; what it raises is raised.
    """
    try:
        key = _key(rdf, wanted)
    except PackageNotFoundError:
        return make(rdf, wanted)
    with suppress(OSError, DebcrError):
        for path in (cache_root() / FOLDER).glob(f"{key}-*.json"):
            if (kept := _taken_out(path)) is not None:
                return kept
    made = make(rdf, wanted)
    content = json.dumps(made).encode()
    with suppress(OSError, DebcrError):
        path = cache_folder(FOLDER) / f"{key}-{_sum(content)[:DIGITS]}.json"
        with whole_or_nothing(path, overwrite=True) as temporary:
            temporary.write_bytes(content)
        prune(path, LIMIT)
    return made


def _key(rdf: Rdf, wanted: str) -> str:
    """Return a checksum of all that decides on what is made.

    Of Python's own words for the values, which tell a date or a number from a text.
    """
    return _sum(repr((rdf, wanted, [version(each) for each in DECIDING])).encode())


def _taken_out(path: Path) -> dict[str, Any] | None:
    """Return what a file holds; None where it is damaged, and then it is removed."""
    content = path.read_bytes()
    if not path.stem.endswith(_sum(content)[:DIGITS]):
        path.unlink()
        return None
    with suppress(OSError):
        os.utime(path)
    found: dict[str, Any] = json.loads(content)
    return found


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
