"""Text of strangers, made fit for a terminal.

Descriptions, names and keys come from files that anybody may have made. Control characters in
them move the cursor, rename the window or hide what was said (`ECMA-48
<https://ecma-international.org/publications-and-standards/standards/ecma-48/>`_); marks of
direction let a text look like another one (https://trojansource.codes).
"""

from __future__ import annotations

import re

LONGEST = 2000
"""Characters that are shown of one text; nobody reads more of a sentence."""
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
UNFIT = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 and C1 controls, except tabs and line ends
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks of direction
    r"\u2028\u2029\ud800-\udfff]"  # separators of lines; bytes that are no text
)


def printable(text: str) -> str:
    r"""Return a text as it may be shown: without control characters, and shortened if need be.

    Parameters
    ----------
    text : str
        A sentence or the cell of a table.

    Examples
    --------
    >>> printable("red: \x1b[31m")
    'red: �[31m'
    """
    return without_controls(shortened(text))


def without_controls(text: str) -> str:
    """Replace what a terminal would obey rather than show; tabs and line ends stay."""
    return UNFIT.sub(REPLACEMENT, text)


def shortened(text: str) -> str:
    """Leave out the middle of a text that is too long: sentences say at their end what to do."""
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]} … {text[-half:]}"
