"""Whether a server has a public address, however that is written.

Who wrote an RDF should not reach through us what is open to this computer alone: its own services,
its network's devices, or what a cloud offers to its machines (169.254.169.254).
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

LOCAL = tuple(map(ip_network, ("::/96", "64:ff9b:1::/48", "fec0::/10")))
"""Networks that are not public, though older versions of Python say so: RFC 4291, 8215, 3879."""
TRANSLATED = ip_network("64:ff9b::/96")
"""Addresses whose end is one of IPv4, to which a network translates them: RFC 6052."""


def private_address(host: str) -> str:
    """Return the first address of a server that is not public; empty if there is none.

    Whatever resolves names here is asked, as for a connection: it knows all spellings, such as
    ``2130706433`` or ``0x7f.1``. A name that is unknown has no address: connecting tells why.

    Parameters
    ----------
    host : str
        Name or address.

    Examples
    --------
    >>> private_address("127.1")
    '127.0.0.1'
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ""
    addresses = (str(entry[4][0]) for entry in found)
    return next((address for address in addresses if not is_public(address)), "")


def is_public(address: str) -> bool:
    """Say whether an address can be that of a server on the internet.

    Examples
    --------
    >>> is_public("140.82.121.4"), is_public("10.0.0.1"), is_public("::ffff:127.0.0.1")
    (True, False, False)
    """
    parsed = ip_address(address.partition("%")[0])
    return all(_is_public(each) for each in _meant(parsed))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    inside = any(address in network for network in LOCAL if network.version == address.version)
    return address.is_global and not address.is_multicast and not inside


def _meant(address: IPv4Address | IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    """Yield the addresses that packets to an address reach."""
    if isinstance(address, IPv4Address):
        yield address
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
        return
    yield address
    if address.sixtofour:
        yield address.sixtofour
    if address in TRANSLATED:
        yield IPv4Address(int(address) % 2**32)
