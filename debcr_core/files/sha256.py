"""The checksum of a file."""

from __future__ import annotations

import hashlib
from pathlib import Path

from debcr_core.stopping import Stop

PIECE = 2**24


def sha256_of(path: Path, stop: Stop | None = None) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits.

    Parameters
    ----------
    path : Path
        The file.
    stop : Stop, optional
        Ends the reading of a large one.
    """
    asked, digest = stop or Stop(), hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            asked.check()
            digest.update(piece)
    return digest.hexdigest()
