"""Text files: read with a sentence where that fails, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from debcr_core.errors import ReadError, WrongFileError
from debcr_core.files.whole import whole_or_nothing


def read_text(path: Path, what: str) -> str:
    """Return the text of a file in UTF-8.

    Parameters
    ----------
    path : Path
        The file.
    what : str
        What it is, for the error: ``recipe``.

    Raises
    ------
    WrongFileError
        If it is missing, or a folder.
    ReadError
        If it cannot be read or is no UTF-8 text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise WrongFileError(f"The {what} {path} cannot be read: {error.strerror}.") from error
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise ReadError(f"The {what} {path} cannot be read: {reason}.") from error


def write_text(path: Path, text: str, *, overwrite: bool = False) -> None:
    """Write a file in UTF-8, which appears under its name when it is whole.

    Raises
    ------
    UsageError
        If the file exists and `overwrite` is false.
    WriteError
        If it cannot be written.
    """
    with whole_or_nothing(path, overwrite=overwrite) as temporary:
        temporary.write_text(text, encoding="utf-8")
