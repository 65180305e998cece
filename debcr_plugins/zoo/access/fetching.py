"""Fetch one URL into a file, whatever the server and the network do.

A connection that breaks is taken up where it broke (RFC 9110, range requests), if the server says
that the file is still the same. One that stalls, never ends or leads astray is given up, and one
that cannot be made at all is at once.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from debcr_core.errors import ReadError
from debcr_core.missing_extras import needs_extra
from debcr_core.stopping import heeded
from debcr_plugins.formats.claims import format_bytes
from debcr_plugins.zoo.access.asking import answer
from debcr_plugins.zoo.access.deadline import Deadline
from debcr_plugins.zoo.access.network_faults import lasting_fault, passing_fault
from debcr_plugins.zoo.access.progress import Show, progress_bar

if TYPE_CHECKING:
    import httpx

ATTEMPTS = 4
BACK_OFF = 0.5
"""Seconds before the second attempt; doubled before each further one."""
TIMEOUT = 20.0
"""Seconds for the head of an answer, and without any byte of the file; after as many `SLOWEST`
counts."""
SLOWEST = 1000
"""Bytes a second, on average: who sends less keeps the connection open for nothing."""
PASSING = (408, 425, 429, 500, 502, 503, 504)
"""HTTP states that may be over in a moment."""
RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")


class NetworkError(ReadError):
    """The network or the server failed, so what was kept from last time is as good as it gets."""


class Unchanged(Exception):  # noqa: N818
    """The server still has the version that the given ETag belongs to."""


class _Broken(Exception):  # noqa: N818
    """An attempt that failed in a way that another may not."""


class Fetched(NamedTuple):
    """What is known of a file that has arrived."""

    etag: str
    """The server's mark of this version; empty if it gives none."""
    whole: bool
    """Whether the server said where the file ends; else it may have been cut off unnoticed."""


def fetch(url: str, path: Path, *, limit: int, etag: str = "", host: str = "") -> Fetched:
    """Write what a URL holds to a file.

    Parameters
    ----------
    url : str
        With http or https.
    path : Path
        Where to write; what is there is overwritten.
    limit : int
        Bytes that the file may have.
    etag : str
        Of the copy that is there already; it is not fetched again.
    host : str
        The server that the user named, which alone may be this computer or in its network.

    Returns
    -------
    Fetched
        What is known of it.

    Raises
    ------
    Unchanged
        If the copy that is there is still good; then nothing is written.
    NetworkError
        If the server cannot be reached, or breaks off or stalls again and again.
    ReadError
        If the server refuses, the file is too large, or the address or a redirect leads astray.
    """
    with needs_extra("zoo", "Downloads need"):
        import httpx
    transfer = _Transfer(url, path, limit, etag, host)
    headers = {"Accept-Encoding": "identity", "User-Agent": "debcr-zoo"}
    try:
        with (
            httpx.Client(
                headers=headers,
                timeout=TIMEOUT,
                # Each answer has its own connection, which its deadline can end.
                limits=httpx.Limits(max_keepalive_connections=0),
            ) as client,
            progress_bar(url) as show,
        ):
            return _try_again(lambda: transfer.attempt(client, show), url)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError) as error:
        raise ReadError(f"{url} cannot be fetched: {error}") from None


def _try_again(attempt: Callable[[], Fetched], url: str) -> Fetched:
    reason: Exception | None = None
    for number in range(ATTEMPTS):
        if number:
            time.sleep(BACK_OFF * 2 ** (number - 1))
        try:
            return attempt()
        except _Broken as error:
            reason = error
    raise NetworkError(f"{url} cannot be fetched, after {ATTEMPTS} attempts: {reason}.")


class _Transfer:
    """A file that arrives in one or more attempts.

    Parameters
    ----------
    url, path, limit, etag, host
        As in `fetch`.
    """

    def __init__(self, url: str, path: Path, limit: int, etag: str, host: str) -> None:
        self.url, self.path, self.limit, self.known, self.host = url, path, limit, etag, host
        self.validator = ""
        """What the server must still say for the part that has arrived to be of use."""
        self._answered = False

    def attempt(self, client: httpx.Client, show: Show) -> Fetched:
        """Fetch the file, or what is missing of it."""
        import httpx

        self._answered = False
        with Deadline(TIMEOUT) as deadline, heeded().interrupting(deadline.end):
            try:
                return self._attempt(client, show, deadline)
            except httpx.UnsupportedProtocol:
                raise
            except httpx.HTTPError as error:
                stalls = deadline.missed or isinstance(error, httpx.TimeoutException)
                lasting = lasting_fault(error, unanswered=stalls and not self._answered)
                if lasting:
                    raise NetworkError(f"{self.url} cannot be fetched: {lasting}.") from None
                raise _Broken("it stalls" if stalls else passing_fault(error)) from None

    def _attempt(self, client: httpx.Client, show: Show, deadline: Deadline) -> Fetched:
        held = self.path.stat().st_size if self.validator and self.path.exists() else 0
        with answer(client, self.url, self._headers(held), self.host, deadline) as response:
            self._answered = True
            if response.status_code == 304 and self.known:
                raise Unchanged
            start, total = self._accepted(response, held)
            self._receive(response, start, total, show, deadline)
            chunked = "chunked" in response.headers.get("Transfer-Encoding", "").lower()
            return Fetched(str(response.headers.get("ETag", "")), total is not None or chunked)

    def _headers(self, held: int) -> dict[str, str]:
        if held:
            return {"Range": f"bytes={held}-", "If-Range": self.validator}
        return {"If-None-Match": self.known} if self.known else {}

    def _accepted(self, response: httpx.Response, held: int) -> tuple[int, int | None]:
        """Return from which byte on the answer is, and how many there are in all, if it says so."""
        state = response.status_code
        if state in PASSING:
            raise _Broken(f"the server answers {state} {response.reason_phrase}")
        if state == 416:  # The part that has arrived is longer than the file is now.
            self.validator = ""
            raise _Broken("the file changed while it was fetched")
        if state not in (200, 206):
            raise ReadError(
                f"{self.url} cannot be fetched: the server answers {state} "
                f"{response.reason_phrase}. Check the address."
            )
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise ReadError(f"{self.url} comes compressed although that was not asked for.")
        start, total = 0, _whole_number(response.headers.get("Content-Length"))
        if state == 206:
            match = RANGE.fullmatch(response.headers.get("Content-Range", ""))
            start, total = (int(match[1]), int(match[2])) if match else (-1, None)
            if not held or start != held or _validator(response) not in ("", self.validator):
                self.validator = ""
                raise _Broken("the server sends another part than was asked for")
        self._check_size(total or 0)
        self.validator = _validator(response) or (self.validator if start else "")
        return start, total

    def _receive(
        self,
        response: httpx.Response,
        start: int,
        total: int | None,
        show: Show,
        deadline: Deadline,
    ) -> None:
        received, began = start, time.monotonic()
        with self.path.open("r+b" if start else "wb") as file:
            file.seek(start)
            for chunk in response.iter_raw():
                deadline.put_off()
                received += len(chunk)
                self._check_size(received)
                file.write(chunk)
                show(received, total)
                elapsed = time.monotonic() - began
                if elapsed > TIMEOUT and received - start < SLOWEST * elapsed:
                    raise _Broken("it sends too slowly")
        if total is not None and received != total:
            self.validator = ""
            raise _Broken(f"{received} bytes arrived where {total} were announced")

    def _check_size(self, size: int) -> None:
        if size > self.limit:
            raise ReadError(f"{self.url} has more than {format_bytes(self.limit)}: it is refused.")


def _validator(response: httpx.Response) -> str:
    """Return what If-Range may name: a strong ETag or a date; empty if there is neither."""
    etag = str(response.headers.get("ETag", ""))
    if etag and not etag.startswith("W/"):
        return etag
    return str(response.headers.get("Last-Modified", ""))


def _whole_number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 20 else None
