"""What is asked of an output before any work is spent on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from debcr_core.errors import UsageError, WriteError


def sidecar_of(output: Path) -> Path:
    """Return the name under which the record of an output lies beside it."""
    return output.with_name(f"{output.name}.json")


def check_room(output: Path, needed: int) -> None:
    """Refuse an output for which the disk has no room, before any work is spent on it.

    Parameters
    ----------
    output : Path
        Where to write.
    needed : int
        Bytes that it will have at least.

    Raises
    ------
    WriteError
        Naming what is needed and what is free.
    """
    free = shutil.disk_usage(output.parent).free
    if needed > free:
        raise WriteError(
            f"{output} needs {in_bytes(needed)}, but only {in_bytes(free)} are free there: make "
            "room, or choose another place."
        )


def in_bytes(count: float) -> str:
    """Return a number of bytes as people write it.

    Examples
    --------
    >>> in_bytes(1_420_000)
    '1.42 MB'
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"


def check_apart(source: Path, output: Path, files: Iterable[Path] = ()) -> None:
    """Refuse an output whose place the input has, or a part of it.

    Parameters
    ----------
    source, output : Path
        Files or folders.
    files : iterable of Path
        What else belongs to the input.

    Raises
    ------
    UsageError
        If writing the output would harm the input.
    """
    if source.resolve() in output.resolve().parents:
        raise UsageError(f"The output {output} lies in the input {source}: choose another place.")
    if not (output.exists() and source.exists()):
        return
    if output.samefile(source):
        raise UsageError(f"Input and output are the same file, {source}: choose another output.")
    if output.resolve() in source.resolve().parents:
        raise UsageError(f"The output {output} holds the input {source}: choose another output.")
    if output.is_file() and any(map(output.samefile, files)):
        raise UsageError(
            f"The output {output} is a part of the input {source}: choose another output."
        )
