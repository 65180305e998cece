"""Where the BioImage Model Zoo keeps the RDFs that its ids stand for.

The addresses are those of bioimageio.spec's settings, so that both find the same models.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from debcr_core.errors import ReadError, UsageError, nearest
from debcr_core.files.cache import cache_folder
from debcr_core.missing_extras import needs_extra
from debcr_plugins.zoo.access.cache import OFFLINE, offline
from debcr_plugins.zoo.access.downloads import download
from debcr_plugins.zoo.access.fetching import NetworkError
from debcr_plugins.zoo.access.references import NICKNAME, WORKSPACE
from debcr_plugins.zoo.access.sources import host_of, is_url, unsafe

MAX_MAP = 16 * 2**20


class Found(NamedTuple):
    """The RDF of an id."""

    url: str
    """Where it is."""
    path: Path
    """A local copy of it."""
    host: str
    """The zoo's server, as its own software names it."""


def fetch_rdf(reference: str) -> Found:
    """Return the RDF that an id stands for.

    Nicknames are looked for in the zoo's collection, DOIs and what is not there in its map of ids,
    as bioimageio.spec does. Without a version, it is the latest.

    Raises
    ------
    UsageError
        If the zoo has no such model.
    ReadError
        If the zoo cannot be reached, or the RDF is not the one that it should be.
    """
    with needs_extra("zoo", "Bundles of the BioImage Model Zoo need"):
        from bioimageio.spec import settings
    try:
        found = _from_collection(reference, settings.collection_http_pattern)
        return found or _from_map(reference.removeprefix(WORKSPACE), settings.id_map)
    except NetworkError:
        if not offline():
            raise
        raise ReadError(
            f'The model "{reference}" of the zoo is not in the cache ({cache_folder()}), and '
            f"{OFFLINE} forbids to fetch it. Fetch it once without {OFFLINE}."
        ) from None


def _from_collection(reference: str, pattern: str) -> Found | None:
    """Return the RDF in the zoo's collection; None if it is not there."""
    match = NICKNAME.fullmatch(reference)
    if not match:
        return None
    url = pattern.format(bioimageio_id=match["name"])
    url += f"?version={match['version']}" if match["version"] else ""
    try:
        return Found(url, download(url, host=host_of(url)), host_of(url))
    except NetworkError:
        if not offline():  # Else it may have come by the map.
            raise
        return None
    except ReadError:  # The server answers, but has no such model.
        return None


def _from_map(wanted: str, address: str) -> Found:
    known, host = _read_map(address), host_of(address)
    entry = known.get(wanted)
    entry = entry if isinstance(entry, dict) else {}
    source, sha256 = entry.get("source"), entry.get("sha256")
    if unsafe(source, host) or not is_url(str(source)):
        raise UsageError(f'The zoo has no model "{wanted}". {_proposal(wanted, known)}')
    path = download(str(source), str(sha256) if sha256 else None, host=host)
    return Found(str(source), path, host)


def _read_map(address: str) -> dict[str, Any]:
    try:
        known = json.loads(download(address, host=host_of(address), limit=MAX_MAP).read_bytes())
    except (ValueError, RecursionError):
        known = None
    if not isinstance(known, dict):
        raise ReadError(f"The zoo's map of ids, {address}, is damaged. Try again later.")
    return known


def _proposal(wanted: str, known: dict[str, Any]) -> str:
    """Propose the nearest id; all of them would be too many to list."""
    sentence = nearest(wanted, known).partition(" Known:")[0]
    return sentence if sentence.startswith("Did you mean") else "See https://bioimage.io."
