"""The arrays in an NPZ archive: which there are, which is meant, and loading one safely."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from debcr_core.components import Array
from debcr_core.errors import UsageError, nearest
from debcr_core.notices import say
from debcr_plugins.formats.asking import asking
from debcr_plugins.formats.claims import DEFLATE, check_claim
from debcr_plugins.formats.numpy.npy_header import read_header

METADATA = {"axes", "pixel_size", "unit", "channels", "rgb", "slice_labels", "value_unit"}
RESTORATION = "restoration"
LOW, GT = "low", "gt"
"""Names in the original DeBCR's training data."""


def names(archive: zipfile.ZipFile) -> set[str]:
    """Return the names of the arrays in an archive."""
    return {n.removesuffix(".npy") for n in archive.namelist() if n.endswith(".npy")}


def images_of(known: set[str]) -> list[str]:
    """Return the names of the arrays that can be images, the one that is read by default first."""
    found = sorted(known - METADATA - {RESTORATION})
    first = {"image", LOW} & {*found}
    return sorted(found, key=lambda name: name not in first)


def choose(known: set[str], asked: str, path: Path) -> str:
    """Return the name of the array to read.

    Warns
    -----
    DebcrWarning
        If there are the input and the truth of the original DeBCR, of which the input is read.

    Raises
    ------
    UsageError
        If there is none of that name, or several and none is asked for.
    """
    if asked:
        if asked in known:
            return asked
        raise UsageError(
            f'{path} has no array "{asked}". {nearest(asked, known)}',
            advice=f"Ask for one of them: {asking('npz', 'array', min({LOW} & known or known))}.",
            kind="several-images",
        )
    candidates = {"image"} & known or known - METADATA or known
    if len(candidates) == 1:
        return candidates.pop()
    if {LOW, GT} <= candidates:
        say(
            f"{path} holds training data of the original DeBCR: their inputs ({LOW}) are read.",
            kind="several-images",
            advice=f"For what they should be: {asking('npz', 'array', GT)}.",
        )
        return LOW
    raise UsageError(
        f"{path} holds several arrays: {', '.join(sorted(candidates))}.",
        advice=f"Say which one to read: {asking('npz', 'array', min(candidates))}.",
        kind="several-images",
    )


def load(archive: zipfile.ZipFile, name: str, path: Path) -> Array:
    """Return one array of an archive.

    Raises
    ------
    ReadError
        If it holds Python objects or claims more than its bytes can hold.
    """
    member = archive.getinfo(f"{name}.npy")
    check_claim(path, member.file_size, member.compress_size, DEFLATE)
    with archive.open(member) as file:
        header = read_header(file, path)
        check_claim(path, header.nbytes, member.file_size - file.tell())
        content = file.read()
    data = np.frombuffer(content[: header.nbytes], header.dtype).reshape(header.stored_shape)
    return (data.T if header.fortran_order else data).astype(header.dtype.newbyteorder("="))
