"""The image files that a folder, file or glob stands for."""

from __future__ import annotations

import glob
import os
from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.errors import UsageError
from debcr_core.files.reading import check_input

if TYPE_CHECKING:
    from debcr_core.plugins import Plugins


def known_suffixes(plugins: Plugins) -> tuple[str, ...]:
    """Return the file name endings that some reader knows."""
    return tuple(suffix for reader in plugins.classes("reader") for suffix in reader.suffixes)


def image_files(source: str, suffixes: tuple[str, ...]) -> list[Path]:
    """Return the files that a source stands for, in order of name.

    Parameters
    ----------
    source : str
        A folder, a file, a glob, or a folder that is itself an image (OME-Zarr).
    suffixes : tuple of str
        Endings of the files in a folder that count as images, lower case.

    Raises
    ------
    UsageError
        If a folder holds no image, or nothing matches a glob.
    ReadError
        If a file does not exist.
    """
    path = Path(source)
    if path.is_dir() and not path.name.lower().endswith(suffixes):
        found = [entry for entry in path.iterdir() if entry.name.lower().endswith(suffixes)]
        complaint = f"The folder {path} holds no image with a known suffix."
    elif glob.has_magic(source) and not path.exists():
        found = [Path(match) for match in glob.glob(source, recursive=True)]  # noqa: PTH207
        complaint = f"No file matches {path}."
    else:
        check_input(path)
        return [path]
    found = sorted(entry for entry in found if not entry.name.startswith("."))
    if not found:
        raise UsageError(complaint)
    return found


def names_of(files: list[Path], suffixes: tuple[str, ...]) -> dict[str, Path]:
    """Return the files by name: without suffix, and with the folders in which they differ.

    Examples
    --------
    >>> list(names_of([Path("d/a/low.tif"), Path("d/b/low.tif")], (".tif",)))
    ['a/low', 'b/low']
    """
    common = os.path.commonpath([file.parent for file in files])
    return {_without_suffix(file.relative_to(common), suffixes): file for file in files}


def _without_suffix(path: Path, suffixes: tuple[str, ...]) -> str:
    name = path.as_posix()
    known = max((s for s in suffixes if name.lower().endswith(s)), key=len, default="")
    return name[: len(name) - len(known)] if known else name
