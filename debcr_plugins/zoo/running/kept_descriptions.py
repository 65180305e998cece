"""Valid RDFs in the cache, as the specification understands them.

Importing the specification takes most of the time in which a bundle is opened, and what it says of
one and the same RDF is always the same. What it refuses is not kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from debcr_core.errors import DebcrError
from debcr_core.files.checked_cache import put_in, taken_out

FOLDER = "descriptions"
"""The cache's folder for them."""
LIMIT = 2**22
"""Bytes that they may take together; one takes some ten thousand."""
DECIDING = ("bioimageio.spec", "pydantic", "debcr-zoo")
"""Distributions of which another version may say something else."""

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
        if content := taken_out(FOLDER, f"{key}-*.json"):
            kept: dict[str, Any] = json.loads(content)
            return kept
    made = make(rdf, wanted)
    with suppress(OSError, DebcrError):
        put_in(FOLDER, key, ".json", json.dumps(made).encode(), LIMIT)
    return made


def _key(rdf: Rdf, wanted: str) -> str:
    """Return a checksum of all that decides on what is made.

    Of Python's own words for the values, which tell a date or a number from a text.
    """
    deciding = repr((rdf, wanted, [version(each) for each in DECIDING]))
    return hashlib.sha256(deciding.encode()).hexdigest()
