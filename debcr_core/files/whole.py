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

    Raises
    ------
    UsageError
        If the output exists and `overwrite` is false.
    WriteError
        If the folder is missing or not writable, or the disk is full.
    """
    check_output(path, overwrite=overwrite)
    # The end of the name holds the suffixes, by which some writers choose what to write.
    temporary = path.with_name(f".partial-{uuid.uuid4().hex[:8]}-{path.name[-60:]}")
    try:
        yield temporary
        # Another program may have written it meanwhile.
        check_output(path, overwrite=overwrite)
        _replace(temporary, path)
    except OSError as error:
        raise WriteError(_explain(error, path)) from error
    finally:
        _remove(temporary)


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


def _replace(temporary: Path, path: Path) -> None:
    if temporary.is_dir():
        # A folder cannot be renamed over another one: set the old one aside first.
        aside = temporary.with_name(temporary.name + ".old")
        if os.path.lexists(path):
            path.replace(aside)
        try:
            temporary.replace(path)
        except OSError:
            if os.path.lexists(aside):
                aside.replace(path)
            raise
        _remove(aside)
        return
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    if path.is_dir() and not path.is_symlink():
        raise WrongOutputError(f"{path} is a folder: choose a file name for the output.")
    temporary.replace(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        # What cannot be removed must not hide the error that led here.
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _explain(error: OSError, path: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"No space left for {path}: free some and run again. Nothing was kept of it."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{path} cannot be written (permission denied): choose another place."
    return f"{path} cannot be written: {error.strerror or error}."
