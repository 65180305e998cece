"""Outputs that appear under their final name only when they are whole."""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from debcr_core.errors import UsageError, WriteError, WrongOutputError
from debcr_core.files.cache import cache_root
from debcr_core.notices import say

PARTIAL, DIGITS = ".partial-", 8


@contextmanager
def whole_or_nothing(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary path beside `path` and rename it when the block ends well.

    Works for files and for folders (OME-Zarr). Where the block raises, or is interrupted, the
    temporary is removed and whatever stood under the final name stays as it was.

    Parameters
    ----------
    path : Path
        The final name.
    overwrite : bool
        Whether an existing output may be replaced.

    Yields
    ------
    Path
        A name in the same folder with the same suffixes, which does not exist yet.

    Warns
    -----
    DebcrWarning
        If a run that was killed has left its temporary, or another one has it; not in the cache,
        which several processes fill at once.

    Raises
    ------
    UsageError
        If the output exists and `overwrite` is false.
    WriteError
        If the folder is missing or not writable, or the disk is full.
    """
    check_output(path, overwrite=overwrite)
    _say_what_was_left(path)
    temporary = path.with_name(f"{PARTIAL}{uuid.uuid4().hex[:DIGITS]}-{_end_of(path)}")
    try:
        yield temporary
        # Another program may have written it meanwhile.
        check_output(path, overwrite=overwrite)
        put_in_place(temporary, path, aside=temporary.with_name(temporary.name + ".old"))
    except OSError as error:
        raise WriteError(unwritable(error, path, "Nothing was kept of it.")) from error
    finally:
        remove(temporary)


def _end_of(path: Path) -> str:
    """Return the end of a name: it holds the suffixes, by which some writers choose the format."""
    return path.name[-60:]


def _say_what_was_left(path: Path) -> None:
    """Name the temporaries of an output: whose run was killed, nothing else tells of them."""
    length = len(f"{PARTIAL}-{_end_of(path)}") + DIGITS
    with suppress(OSError):
        left = [
            entry.name
            for entry in os.scandir(path.parent)
            if entry.name.startswith(PARTIAL)
            and entry.name.endswith(f"-{_end_of(path)}")
            and len(entry.name) == length
        ]
        if left and not path.is_relative_to(cache_root()):
            say(
                f"A run that was killed, or still goes on, has left what it had of {path.name} in "
                f"{path.parent}: {', '.join(sorted(left))}. Remove it if no run is at work.",
                kind="left-over",
            )


def check_output(path: Path, *, overwrite: bool = False) -> None:
    """Refuse an output that cannot be written, before any work is spent on it.

    Raises
    ------
    UsageError
        If the output exists and `overwrite` is false.
    WriteError
        If its folder is missing or not writable.
    """
    if os.path.lexists(path) and not overwrite:
        raise UsageError(
            f"{path} exists already.",
            advice="Choose another name, or allow it: --overwrite.",
            kind="exists",
        )
    if not path.parent.is_dir():
        raise WrongOutputError(f"The folder {path.parent} does not exist: create it first.")
    if not os.access(path.parent, os.W_OK):
        raise WriteError(f"The folder {path.parent} cannot be written to: choose another place.")


def put_in_place(made: Path, path: Path, *, aside: Path) -> None:
    """Give what was made its final name; what stood there goes.

    Parameters
    ----------
    made, path : Path
        A file or folder, and its final name.
    aside : Path
        Where to put a folder that is replaced, for a moment.

    Raises
    ------
    OSError
        If that cannot be done; what stood there is as it was.
    """
    if made.is_dir():
        # A folder cannot be renamed over another one: set the old one aside first.
        if os.path.lexists(path):
            path.replace(aside)
        try:
            made.replace(path)
        except OSError:
            if os.path.lexists(aside):
                aside.replace(path)
            raise
        remove(aside)
        return
    with made.open("rb+") as file:
        os.fsync(file.fileno())
    if path.is_dir() and not path.is_symlink():
        raise WrongOutputError(f"{path} is a folder: choose a file name for the output.")
    made.replace(path)


def remove(path: Path) -> None:
    """Remove a file or folder, if it is there and that can be done."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        # What cannot be removed must not hide the error that led here.
        with suppress(OSError):
            path.unlink(missing_ok=True)


def unwritable(error: OSError, path: Path, left: str) -> str:
    """Say why an output cannot be written.

    Parameters
    ----------
    error : OSError
        What the system said.
    path : Path
        The output.
    left : str
        What became of what was written, a sentence: said where the disk is full.
    """
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"No space left for {path}: free some and run again. {left}"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{path} cannot be written (permission denied): choose another place."
    return f"{path} cannot be written: {error.strerror or error}."
