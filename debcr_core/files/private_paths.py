"""Paths of this computer, kept out of what is written for others.

They name users, projects and disks, and nobody else can follow them.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TypeVar

Value = TypeVar("Value")

END = r"\s\"'`<>|"
ABSOLUTE = re.compile(
    # Not within an address, a relative path or a fraction.
    r"(?:file://(?=/)|(?<![\w.:/\\~%-]))"
    r"(?:"
    # The name of a user may hold a space, as on Windows that of any folder.
    rf"/(?:home|Users)/[^/\n\"'`<>|]+/[^{END}]*"
    rf"|/[^/{END}]+/[^{END}]*"
    rf"|[A-Za-z]:[\\/](?:[^\\/:*?\"<>|\n]+[\\/])*[^\\/{END}]*"
    rf"|\\\\[^\\{END}]+\\[^{END}]*"
    r")"
)
RELATIVE = re.compile(
    rf"(?<![\w.:/\\~%-])(?:~(?:[A-Za-z_][\w.-]+)?|\.\.)[\\/](?:\.\.[\\/])*(?=[^{END}]*\w)[^{END}]*"
)
"""From the user's own folder, or from the folder above."""
OF_THE_SYSTEM = re.compile(
    r"/(?:bin|dev|etc|lib|opt|proc|sbin|sys|usr|var|Applications|Library)/"
    r"|[A-Za-z]:[\\/](?:Program Files|Windows)"
)
"""What is the same on everybody's computer."""
CLOSING = ".,;:!?)]}"
SENTENCE = re.compile(r"[.:;,] |[.\n]$|\n")
"""What no path holds, however many spaces are in it."""


def file_name(reference: str) -> str:
    """Return the name alone of what is a path, on any system; a URL or a plain name as it is."""
    if "://" in reference:
        return reference
    return PureWindowsPath(PurePosixPath(reference).name).name or reference


def without_folders(value: Value) -> Value:
    r"""Return a text with the names alone of what are paths in it, on any system.

    That is absolute ones, and those from the user's own folder or the one above; relative ones
    within a folder stay.

    Parameters
    ----------
    value : str, or dict, list or tuple of such
        Any other value is returned as it is.

    Examples
    --------
    >>> without_folders("4 images of /home/ada/noisy, and C:\\Users\\Ada L\\a.tif.")
    '4 images of noisy, and a.tif.'
    """
    changed: object = value
    if isinstance(value, dict):
        changed = {key: without_folders(each) for key, each in value.items()}
    elif isinstance(value, list | tuple):
        changed = type(value)(map(without_folders, value))
    elif isinstance(value, str):
        changed = _nameless(value)
    return changed  # type: ignore[return-value]


def private_paths(text: str) -> list[str]:
    """Return the absolute paths in a text, but for those that every computer has.

    Examples
    --------
    >>> private_paths("#!/usr/bin/env python: see /scratch/ada/run.py and https://example.org/a/b.")
    ['/scratch/ada/run.py']
    """
    found = (match.group().rstrip(CLOSING) for match in ABSOLUTE.finditer(text))
    return [path for path in found if not OF_THE_SYSTEM.match(path)]


def _nameless(text: str) -> str:
    if _begins_elsewhere(text) and not SENTENCE.search(text):
        return _name(text)
    for path in (ABSOLUTE, RELATIVE):
        text = path.sub(lambda match: _name(match.group()), text)
    return text


def _begins_elsewhere(text: str) -> bool:
    absolute = PurePosixPath(text).is_absolute() or PureWindowsPath(text).is_absolute()
    return absolute or RELATIVE.match(text) is not None


def _name(path: str) -> str:
    """Return the last part of a path; a user's own folder, which is named as he is, as ``~``."""
    closing = path[len(path.rstrip(CLOSING)) :]
    bare = path.removesuffix(closing).rstrip("/\\")
    parent, name = re.split(r"[\\/]", bare)[-2:] if re.search(r"[\\/]", bare) else ("", bare)
    own = parent in ("home", "Users") or name == Path.home().name != ""
    return ("~" if own else name) + closing or path
