"""Whether a file is the one that was published."""

from __future__ import annotations

from pathlib import Path

from debcr_core.errors import ReadError
from debcr_core.files.sha256 import sha256_of


def check_sha256(path: Path, expected: str, name: str) -> None:
    """Refuse a file that is not the expected one.

    Parameters
    ----------
    path : Path
        The file.
    expected : str
        Its SHA-256 in hexadecimal digits, upper or lower case.
    name : str
        What to call the file in errors.

    Raises
    ------
    ReadError
        Naming the file and both sums.
    """
    wanted, found = str(expected).strip().lower(), sha256_of(path)
    if wanted != found:
        raise ReadError(
            f"{name} is not the file that was published: its sha256 is {found[:12]}…, but "
            f"{wanted[:12]}… is expected. It was damaged or exchanged: fetch it again, or ask "
            "whoever published it."
        )
