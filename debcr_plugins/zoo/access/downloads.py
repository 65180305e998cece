"""Files from URLs, kept in the cache, checked, and fetched again only where they changed."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from debcr_core.files.cache import cache_folder
from debcr_core.files.sha256 import sha256_of
from debcr_core.files.text import write_text
from debcr_core.files.whole import whole_or_nothing
from debcr_core.notices import say
from debcr_plugins.zoo.access.cache import DOWNLOADS, OFFLINE, offline
from debcr_plugins.zoo.access.fetching import NetworkError, Unchanged, fetch
from debcr_plugins.zoo.access.sha256 import check_sha256

LARGEST = 8 * 2**30
"""Bytes that a file may have: more than any model of the zoo, less than a disk."""
UNFIT = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
"""What some operating system does not allow in a file's name."""


def download(url: str, sha256: str | None = None, *, host: str = "", limit: int = LARGEST) -> Path:
    """Return a local copy of what a URL holds.

    A copy with the given sha256 is never fetched again. Any other is, if the server says that it
    changed, or did not say where the file ends; where there is no network, the copy of last time is
    taken.

    Parameters
    ----------
    url : str
        With http or https.
    sha256 : str, optional
        Expected sum, in hexadecimal digits.
    host : str
        The server that the user named. No other may be this computer or in its network.
    limit : int
        Bytes that the file may have.

    Returns
    -------
    Path
        In the cache. Files of one folder of a server lie in one folder, under their names.

    Raises
    ------
    ReadError
        If it cannot be had, is too large, or is not the expected one.

    Warns
    -----
    DebcrWarning
        Where the copy of last time is taken.
    """
    kept = _Kept(url)
    if sha256 and kept.sha256 == sha256.lower():
        return kept.path
    if offline():
        return _without_network(kept, sha256)
    try:
        _renew(kept, sha256, host, limit)
    except NetworkError as error:
        if sha256 or not kept.sha256:
            raise
        say(f"{error} The copy that was fetched earlier is used.", kind="earlier-copy")
    return kept.path


def _without_network(kept: _Kept, sha256: str | None) -> Path:
    if not kept.sha256:
        if kept.path.exists():
            raise NetworkError(
                f"The copy of {kept.url} in the cache, {kept.path}, is damaged or may not be "
                f"whole, and {OFFLINE} forbids to fetch another. Fetch it once without {OFFLINE}."
            )
        raise NetworkError(
            f"{kept.url} is not in the cache ({kept.path.parent}), and {OFFLINE} forbids to fetch "
            f"it. Fetch it once without {OFFLINE}."
        )
    if sha256:
        check_sha256(kept.path, sha256, f"The copy of {kept.url} in the cache")
    return kept.path


def _renew(kept: _Kept, sha256: str | None, host: str, limit: int) -> None:
    # A copy that is not the expected one is no reason to leave it at that.
    etag = kept.etag if kept.sha256 and not sha256 else ""
    with suppress(Unchanged):
        with whole_or_nothing(kept.path, overwrite=True) as temporary:
            fetched = fetch(kept.url, temporary, limit=limit, etag=etag, host=host)
            if sha256:
                check_sha256(temporary, sha256, kept.url)
            found = sha256_of(temporary)
        if fetched.whole or sha256:
            kept.note(found, fetched.etag)
        else:
            kept.forget()


class _Kept:
    """The copy of a URL in the cache, and what was noted about it.

    Parameters
    ----------
    url : str
        Where it comes from.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        folder, name = _folder_and_name(url)
        key = hashlib.sha256(folder.encode()).hexdigest()[:32]
        self.path = cache_folder(DOWNLOADS, key, "files") / name
        self._notes = cache_folder(DOWNLOADS, key, "notes") / f"{name}.json"

    @cached_property
    def sha256(self) -> str:
        """Sum of the copy; empty if there is none, or if it is not what was noted."""
        noted = self._read().get("sha256", "")
        try:
            return noted if noted and sha256_of(self.path) == noted else ""
        except OSError:
            return ""

    @property
    def etag(self) -> str:
        """The server's mark of this version; empty if it gave none."""
        return self._read().get("etag", "")

    def note(self, sha256: str, etag: str) -> None:
        """Remember what the copy is, to find out later whether it is still that."""
        notes = {"url": self.url, "sha256": sha256, "etag": etag}
        write_text(self._notes, json.dumps(notes), overwrite=True)

    def forget(self) -> None:
        """Know nothing of the copy, so that it is fetched again."""
        self._notes.unlink(missing_ok=True)

    def _read(self) -> dict[str, str]:
        try:
            notes = json.loads(self._notes.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        known = isinstance(notes, dict) and notes.get("url") == self.url
        return {key: str(value) for key, value in notes.items()} if known else {}


def _folder_and_name(url: str) -> tuple[str, str]:
    """Return the URL of a file's folder, and a name that any operating system allows.

    Examples
    --------
    >>> _folder_and_name("https://example.org/a/b.yaml?version=1")
    ('https://example.org/a?version=1', 'b.yaml')
    """
    parts = urlsplit(url)
    folder, _, last = parts.path.rpartition("/")
    if last == "content" and folder.startswith("/api/records/"):  # Zenodo
        folder, _, last = folder.rpartition("/")
    name = UNFIT.sub("_", unquote(last)).strip(". ")[-100:] or "file"
    return urlunsplit(parts._replace(path=folder, fragment="")), name
