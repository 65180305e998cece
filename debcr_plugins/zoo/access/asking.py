"""Ask a server for a URL, and follow where it sends us: to no worse place than we came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from debcr_core.errors import ReadError
from debcr_plugins.zoo.access.addresses import is_public, private_address
from debcr_plugins.zoo.access.deadline import Deadline

if TYPE_CHECKING:
    import httpx

REDIRECTS = 5
CONNECTING, CONNECTED = "connection.connect_tcp.started", "connection.connect_tcp.complete"
INSTEAD = (
    "A bundle may not make this computer fetch from itself or its own network. Name the bundle by "
    "its address there, or put the file beside the RDF."
)


@contextmanager
def answer(
    client: httpx.Client, url: str, headers: Mapping[str, str], host: str, deadline: Deadline
) -> Iterator[httpx.Response]:
    """Open the answer to a request, the last of a chain where the server redirects.

    Parameters
    ----------
    client : httpx.Client
        Which does not follow redirects by itself, as it would read whatever comes with them.
    url : str
        What is asked for.
    headers : mapping of str to str
        Of the request.
    host : str
        The server that the user named, which alone may have an address that is not public.
    deadline : Deadline
        For all that comes before the body, however many servers it takes; then it is put off.

    Yields
    ------
    httpx.Response
        Whose body has not been read.

    Raises
    ------
    ReadError
        If it leads astray.
    httpx.HTTPError
        If the connection fails.
    """
    request = client.build_request("GET", url, headers=headers)
    near = request.url.host == host
    for _ in range(REDIRECTS + 1):
        response = _asked(client, request, deadline, url, near=near)
        try:
            if response.next_request is None:
                deadline.put_off()
                yield response
                return
        finally:
            response.close()
        following = response.next_request
        _refuse_unencrypted(url, request.url, following.url)
        # From one server of the user's own network to another.
        near = following.url.host == host or (near and bool(private_address(request.url.host)))
        request = following
    raise ReadError(f"{url} redirects more than {REDIRECTS} times: it leads nowhere.")


def _refuse_unencrypted(url: str, before: httpx.URL, after: httpx.URL) -> None:
    safe = before.scheme == "http" and before.netloc == after.netloc
    if after.scheme == "http" and not safe:
        raise ReadError(f"{url} redirects to an unencrypted address, {after}: refused.")


def _asked(
    client: httpx.Client, request: httpx.Request, deadline: Deadline, url: str, *, near: bool
) -> httpx.Response:
    """Return the head of one answer."""
    host = request.url.raw_host.decode("ascii").strip("[]")
    direct = True

    def refuse(address: str) -> None:
        there = f"{url} leads to {host}" if str(request.url) != url else url
        raise ReadError(f"{there} is refused: {address} is no public address. {INSTEAD}")

    def trace(event: str, info: dict[str, Any]) -> None:
        nonlocal direct
        deadline.trace(event, info)
        if event == CONNECTING:
            direct = info["host"] == host  # else it is a proxy, which the user has chosen
        if event == CONNECTED and direct and not near:
            peer = info["return_value"].get_extra_info("server_addr")
            # A name may have another address than a moment ago.
            if peer and not is_public(str(peer[0])):
                info["return_value"].close()
                refuse(str(peer[0]))

    found = "" if near or not host else private_address(host)
    if found:
        refuse(found)
    request.extensions["trace"] = trace
    return client.send(request, stream=True, follow_redirects=False)
