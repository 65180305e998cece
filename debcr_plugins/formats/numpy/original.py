"""The original DeBCR's training data: an NPZ with the arrays ``low`` and ``gt``.

Each has the axes ``(n, y, x)``, or ``(n, y, x, 1)``; ``low`` are degraded patches and ``gt`` what
they should have been (https://pypi.org/project/debcr/0.1.0, ``debcr.model.train``).
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from debcr_core.components import Reader
from debcr_core.files.damaged_files import damage_explained
from debcr_plugins.formats.numpy.npz import NpzReader
from debcr_plugins.formats.numpy.npz_members import GT, LOW, names


def truth_reader(path: Path) -> Reader | None:
    """Return what reads the truth of such a file, of which readers read the input; else None.

    Parameters
    ----------
    path : Path
        Any file or folder.
    """
    if not zipfile.is_zipfile(path):
        return None
    with damage_explained(path, "npz"), zipfile.ZipFile(path) as archive:
        held = {LOW, GT} <= names(archive)
    return NpzReader(array=GT) if held else None
