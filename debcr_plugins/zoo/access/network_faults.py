"""What went wrong with a connection, in plain words, and whether it will again."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

from debcr_plugins.zoo.access.cache import OFFLINE

if TYPE_CHECKING:
    import httpx

LASTING: dict[type[OSError], str] = {
    socket.gaierror: "the name of its server is misspelt, or there is no network",
    ssl.SSLCertVerificationError: "its server has no valid certificate, so it may be another one",
    ConnectionRefusedError: "no server answers there: it is down, or the address is wrong",
}
"""Faults that are the same a second later."""


def lasting_fault(error: httpx.HTTPError, *, unanswered: bool) -> str:
    """Return why another attempt would be in vain, and what to do; empty if it might help.

    Parameters
    ----------
    error : httpx.HTTPError
        As an attempt raised it.
    unanswered : bool
        Whether the time for all that comes before the file ran out: it is not waited for again.
    """
    import httpx

    cause = _cause(error)
    reason = next((words for kind, words in LASTING.items() if isinstance(cause, kind)), "")
    if isinstance(error, httpx.ConnectTimeout):
        reason = "its server does not answer, or a firewall keeps this computer from it"
    elif unanswered:
        reason = "its server stalls before it sends anything of the file"
    if isinstance(error.__context__, httpx.InvalidURL):
        return "its server redirects to what is no address. Check the address"
    return f"{reason}. With {OFFLINE}=1, only what is in the cache is used" if reason else ""


def passing_fault(error: httpx.HTTPError) -> str:
    """Return what went wrong this time, without the operating system's numbers."""
    cause = _cause(error)
    words = cause.strerror if cause else ""
    return (words or str(error)).rstrip(".") or type(error).__name__


def _cause(error: BaseException) -> OSError | None:
    """Return what the operating system said, which httpx and httpcore wrap."""
    below = error.__cause__ or error.__context__
    if below is None or isinstance(below, OSError):
        return below
    return _cause(below)
