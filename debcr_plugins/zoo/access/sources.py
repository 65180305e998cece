"""Every place where an RDF names a file, and which names are allowed there.

Formats 0.4 and 0.5 of https://github.com/bioimage-io/spec-bioimage-io
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from debcr_core.errors import ReadError

FILES = (
    "covers",
    "documentation",
    "file",
    "files",
    "rdf_source",
    "sample_inputs",
    "sample_outputs",
    "source",
    "test_inputs",
    "test_outputs",
)
"""Keys whose value is a file, or a list of files."""
FREE = ("config", "kwargs")
"""Keys below which the RDF's author says what they like; nothing there is opened."""
LONGEST = 2083
"""Characters of a source: as many as pydantic, by which bioimageio.spec checks, allows a URL."""
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


def check_sources(rdf: Mapping[str, Any], reference: str) -> None:
    """Refuse an RDF that names a file outside its bundle.

    A URL that must not be fetched (see `unsafe`) does no harm before somebody wants what it names:
    a bundle may run without.

    Parameters
    ----------
    rdf : mapping
        The RDF.
    reference : str
        What to call the bundle in errors.

    Raises
    ------
    ReadError
        Naming the place in the RDF and the source.
    """
    for place, source in listed(rdf):
        fault = _astray(source)
        if fault:
            shown = repr(source)[:100]
            raise ReadError(f"{reference}: {place} names the file {shown}, but {fault}.")


def listed(rdf: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the place and the text of every source in an RDF.

    Examples
    --------
    >>> list(listed({"covers": ["a.png"], "weights": {"onnx": {"source": "w.onnx"}}}))
    [('covers.0', 'a.png'), ('weights.onnx.source', 'w.onnx')]
    """
    yield from _below(rdf, ())


def _below(value: Any, place: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in FREE:
                yield from _at(str(key), inner, (*place, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _below(inner, (*place, str(index)))


def _at(key: str, value: Any, place: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Yield the sources of one field; a mapping in place of a name has a key of its own for it."""
    if key in FILES and isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _at(key, inner, (*place, str(index)))
    elif key in FILES and value is not None and not isinstance(value, Mapping):
        yield ".".join(place), value
    elif isinstance(value, str):
        source = _within(key, value, place)
        if source is not None:
            yield ".".join(place), source
    else:
        yield from _below(value, place)


def _within(key: str, text: str, place: tuple[str, ...]) -> str | None:
    """Return the source that a text of format 0.4 holds beside other things."""
    if key == "architecture" and ":" in text:  # file.py:Class
        return text.rpartition(":")[0]
    if key == "dependencies":  # manager:file
        return text.partition(":")[2] or text
    if key == "uri" and place[:-1] == ("parent",):
        return text
    if key == "icon" and len(text) > 2:  # else an emoji
        return text
    return None


def unsafe(source: Any, host: str = "") -> str:
    """Return why a source must not be opened; empty if it may.

    Parameters
    ----------
    source : object
        What the RDF has for it; only text can be right.
    host : str
        Where the RDF was fetched from, from which alone files may come unencrypted (http).

    Examples
    --------
    >>> unsafe("weights/net.onnx"), unsafe("https://example.org/net.onnx")
    ('', '')
    >>> unsafe("../net.onnx")
    "it leads out of the bundle ('..')"
    """
    return _astray(source) or _unencrypted(source, host)


def _astray(source: Any) -> str:
    """Return why a source names no file of the bundle and no URL; empty if it does."""
    if not isinstance(source, str) or not source.strip():
        return "that is no file name"
    if len(source) > LONGEST:
        return f"it has more than {LONGEST} characters"
    if CONTROL.search(source):
        return "it holds control characters"
    if is_url(source):
        return _invalid_url(source)
    if SCHEME.match(source):
        return "only paths within the bundle and https URLs are allowed"
    return unsafe_path(source)


def _invalid_url(source: str) -> str:
    try:
        parts = urlsplit(source)
        valid = bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    return "" if valid else "that is no valid URL"


def _unencrypted(source: str, host: str) -> str:
    if is_url(source) and urlsplit(source).scheme == "http" and host_of(source) != host:
        return "it would come unencrypted (http): only https is allowed"
    return ""


def unsafe_path(path: str) -> str:
    """Return why a path is none within a bundle, on any operating system; empty if it is."""
    faults = {
        "it holds control characters": CONTROL.search(path),
        "it holds a backslash: folders are separated by /": "\\" in path,
        "it is an absolute path": path.startswith("/"),
        "it holds a colon, as Windows' drives do": ":" in path,
        "it leads out of the bundle ('..')": ".." in path.split("/"),
        "that is no file name": not PurePosixPath(path).parts,
    }
    return next((fault for fault, found in faults.items() if found), "")


def host_of(url: str) -> str:
    """Return the server that a URL names; empty if it names none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_url(source: str) -> bool:
    """Say whether a source is a URL rather than a path."""
    return source.lower().startswith(("http://", "https://"))
