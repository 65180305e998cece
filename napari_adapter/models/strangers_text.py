"""Texts of strangers, made fit for a label: they come from files that anybody may have made."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import quote, urlsplit

from debcr_core.cli.printable import without_controls

LONGEST_WORD = 24
"""Characters after which a word may go on in the next line, lest it widen the widget."""
LONGEST_LINK = 2083
DOI = re.compile(r"(?:doi:\s*)?(10\.[0-9]{4,9}/\S+)", re.IGNORECASE)
SAFE = "%/:?#[]@!$&'()*+,;=~"
"""Characters of a URL that stay as they are."""


def shown(text: str, longest: int) -> str:
    """Return a text on one line, shortened, without controls and with words that can be broken.

    It is still no HTML: see `as_html`.
    """
    line = " ".join(without_controls(text[: 4 * longest]).split())
    cut = line if len(line) <= longest and len(text) <= 4 * longest else f"{line[:longest]}…"
    return re.sub(rf"\S{{{LONGEST_WORD}}}(?=\S)", "\\g<0>\N{ZERO WIDTH SPACE}", cut)


def as_html(text: str, longest: int) -> str:
    """Return a text as HTML that says just that, shortened: see `shown`."""
    return escape(shown(text, longest))


def link_of(text: str) -> str:
    """Return the web address that a text is, or empty: those of DOIs, http and https alone.

    Examples
    --------
    >>> link_of("doi:10.1007/978-3-031-73226-3_22")
    'https://doi.org/10.1007/978-3-031-73226-3_22'
    >>> link_of("file:///etc/passwd"), link_of("javascript:alert(1)")
    ('', '')
    """
    doi = DOI.fullmatch(text.strip())
    address = f"https://doi.org/{doi[1]}" if doi else text.strip()
    return quote(address, safe=SAFE) if _is_web_address(address) else ""


def _is_web_address(address: str) -> bool:
    if len(address) > LONGEST_LINK or without_controls(address).split() != [address]:
        return False
    try:
        parts = urlsplit(address)
        host, user = parts.hostname or "", parts.username
    except ValueError:
        return False
    # A name before the host, or a host in look-alike letters, is there to deceive.
    return parts.scheme in ("http", "https") and host.isascii() and bool(host) and user is None
