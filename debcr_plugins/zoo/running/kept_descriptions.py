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
DECIDING = ("bioimageio.spec", "pydantic")
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
        name = _name(rdf, wanted)
    # Without the specification, or of an RDF that JSON cannot hold, nothing is known.
    except (PackageNotFoundError, TypeError, ValueError):
        return make(rdf, wanted)
    with suppress(OSError, ValueError, RecursionError, DebcrError):
        return _taken_out(cache_root() / FOLDER / name)
    made = make(rdf, wanted)
    with suppress(OSError, DebcrError):
        folder = cache_folder(FOLDER)
        with whole_or_nothing(folder / name, overwrite=True) as temporary:
            temporary.write_text(json.dumps(made), encoding="utf-8")
        prune(folder / name, LIMIT)
    return made


def _name(rdf: Rdf, wanted: str) -> str:
    """Return the name of a file, which changes with all that decides on its content."""
    deciding = [rdf, wanted, *map(version, DECIDING)]
    # Dates are no JSON; a text that looks like one is something else.
    told = json.dumps(deciding, default=lambda value: [type(value).__name__, str(value)])
    return f"{hashlib.sha256(told.encode()).hexdigest()}.json"


def _taken_out(path: Path) -> dict[str, Any]:
    """Return what a file holds.

    Raises
    ------
    OSError, ValueError, RecursionError
        If it is not there, or is damaged.
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds no mapping.")
    with suppress(OSError):
        os.utime(path)
    return content
