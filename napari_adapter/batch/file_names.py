"""File names for what has a name of another kind."""

from __future__ import annotations

import re

FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')
"""What no file name holds, on some system at least."""


def file_name_of(name: str) -> str:
    """Return a layer's name as a file can have it on any system.

    Examples
    --------
    >>> file_name_of("cells: 1/2"), file_name_of(".."), file_name_of(" ")
    ('cells_ 1_2', '_.', 'layer')
    """
    safe = FORBIDDEN.sub("_", name).strip()
    # Files whose name begins with a dot are hidden.
    return re.sub(r"^\.", "_", safe) or "layer"
