"""Pairs in the format of the original DeBCR: an NPZ with the arrays ``low`` and ``gt``.

Each has the axes ``(n, y, x)``, or ``(n, y, x, 1)``; ``low`` are degraded patches and ``gt`` what
they should have been (https://pypi.org/project/debcr/0.1.0, ``debcr.model.train``).
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from debcr_core.components import Array
from debcr_core.errors import ReadError
from debcr_core.files.damaged_files import damage_explained
from debcr_core.files.finding import expanded
from debcr_core.image import make_image
from debcr_plugins.formats.numpy.npz_members import GT, LOW, load, names
from debcr_plugins.pairs.image_pair import ImagePair


def read_originals(source: str) -> list[ImagePair]:
    """Read all patches of a file, folder or glob, in order of file and place.

    Raises
    ------
    UsageError
        If there is no such file.
    ReadError
        If a file is damaged, or lacks one of the arrays.
    """
    return [pair for path in expanded(source, _is_npz) for pair in _read(path)]


def _is_npz(path: Path) -> bool:
    return path.suffix.lower() == ".npz"


def _read(path: Path) -> list[ImagePair]:
    degraded, targets = (_planes(array) for array in _arrays(path))
    if degraded.shape != targets.shape or degraded.ndim != 3:
        raise ReadError(
            f"{path}: {LOW} has the shape {degraded.shape} and {GT} {targets.shape}: both "
            "must be (n, y, x) or (n, y, x, 1), and alike."
        )
    return [
        ImagePair(f"{path.stem}_{number:05d}", make_image(low, "yx"), make_image(gt, "yx"))
        for number, (low, gt) in enumerate(zip(degraded, targets, strict=True))
    ]


def _arrays(path: Path) -> tuple[Array, Array]:
    with damage_explained(path, "npz"), zipfile.ZipFile(path) as archive:
        known = names(archive)
        if not {LOW, GT} <= known:
            raise ReadError(
                f"{path} holds the arrays {', '.join(sorted(known)) or 'none'}, and not {LOW} "
                f"and {GT} as the original DeBCR's training data do."
            )
        return load(archive, LOW, path), load(archive, GT, path)


def _planes(array: Array) -> Array:
    return array[..., 0] if array.ndim == 4 and array.shape[-1] == 1 else array
