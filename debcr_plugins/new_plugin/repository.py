"""A plugin's repository, from the template beside this file.

The template is copier's (https://copier.readthedocs.io): `template/copier.yml` says what it is told
and which files a kind of component needs.
"""

from __future__ import annotations

import keyword
import os
import re
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from debcr_core.errors import UsageError, nearest
from debcr_core.files.whole import whole_or_nothing
from debcr_core.missing_extras import needs_extra
from debcr_core.offering.kinds import EVERY_KIND

TEMPLATE = Path(__file__).with_name("template")
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST = 50


def write_repository(name: str, kinds: Sequence[str], folder: Path) -> list[Path]:
    """Write a plugin's repository, wholly or not at all.

    Parameters
    ----------
    name : str
        Of the distribution, and of its components.
    kinds : sequence of str
        What it offers, out of `debcr_core.offering.kinds.EVERY_KIND`.
    folder : Path
        Where to write; nothing is there, or an empty folder.

    Returns
    -------
    list of Path
        The files, in order.

    Raises
    ------
    UsageError
        If the name or a kind is none, the folder holds something, or copier is not installed.
    WriteError
        If the folder cannot be written.
    """
    _check_name(name)
    for kind in kinds:
        if kind not in EVERY_KIND:
            raise UsageError(f'There is no kind "{kind}". {nearest(kind, list(EVERY_KIND))}')
    # One without content may have been made for this very purpose, but nobody works in it.
    empty = folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir())
    if empty and not Path.cwd().is_relative_to(folder.resolve()):
        folder.rmdir()
    # What an author has written is never replaced, so there is no --overwrite.
    if os.path.lexists(folder):
        raise UsageError(
            f"{folder} exists already: let --folder name another one, without content."
        )
    with (
        needs_extra("authors", "The template of plugins needs"),
        whole_or_nothing(folder) as temporary,
    ):
        from copier import run_copy

        answers = {
            "name": name,
            "module": name.replace("-", "_"),
            "title": "".join(word.capitalize() for word in name.split("-")),
            "kinds": sorted(set(kinds), key=EVERY_KIND.index),
            "core": version("debcr-zoo"),
        }
        run_copy(str(TEMPLATE), temporary, data=answers, quiet=True)
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _check_name(name: str) -> None:
    """Refuse what no distribution can be called, and what would hide a module of others."""
    module = name.replace("-", "_")
    if not NAME.fullmatch(name) or len(name) > LONGEST:
        raise UsageError(
            f'"{name:.{LONGEST}}" cannot be a plugin\'s name: use lower-case words of letters and '
            f"digits joined by hyphens, as lab-tools, of at most {LONGEST} characters."
        )
    # Where one installs over the other, both are broken.
    ours = ("debcr", "debcr_zoo", "debcr_core", "debcr_plugins", "napari_adapter", "zoo_packages")
    if keyword.iskeyword(module) or module in (*sys.stdlib_module_names, *ours):
        raise UsageError(f'A package "{module}" would hide one that is there: choose another name.')
