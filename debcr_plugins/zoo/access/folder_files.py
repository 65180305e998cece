"""The files of a bundle that is a folder: regular files in it, and nothing that leads elsewhere."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

from debcr_core.errors import ReadError, WrongFileError
from debcr_plugins.zoo.access.rdf import MAX_BYTES, NAMES, rdf_name


class FolderFiles:
    """The files below a folder.

    Parameters
    ----------
    root : Path
        The folder. It may be a link itself, since the user named it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, source: str, sha256: str | None = None) -> Path:  # noqa: ARG002
        """Return the path of a file.

        Parameters
        ----------
        source : str
            Path relative to the folder, which was checked (`sources.unsafe_path`).
        sha256 : str, optional
            Not needed here: whoever asks checks the file.

        Raises
        ------
        ReadError
            If it is missing, or it or a folder above it is a link, or it is no regular file.
        """
        path, parts = self.root, PurePosixPath(source).parts
        for part in parts:
            path = path / part
            kind = _kind(path, self.root, source)
            if stat.S_ISLNK(kind):
                raise ReadError(
                    f"{path} is a symbolic link, which could lead out of the bundle. Put the file "
                    "itself there."
                )
        if not stat.S_ISREG(kind):
            raise ReadError(f"{path} is no regular file, as those of a bundle should be.")
        return path


def _kind(path: Path, root: Path, source: str) -> int:
    try:
        return path.lstat().st_mode
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ReadError(f"{root} holds no file {source}, which its RDF names: {reason}.") from None


def rdf_in_folder(folder: Path) -> str | None:
    """Return the name of a folder's RDF; None if it holds none or cannot be listed."""
    try:
        return rdf_name(entry.name for entry in os.scandir(folder))
    except OSError:
        return None


def read_rdf(folder: Path, name: str | None) -> bytes:
    """Return the content of an RDF in a folder: at most one byte more than is allowed.

    Raises
    ------
    ReadError
        If it is missing or cannot be read.
    """
    if name is None:
        raise WrongFileError(f"{folder} holds no RDF ({', '.join(NAMES)}), so it is no bundle.")
    path = FolderFiles(folder).path(name)
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ReadError(f"{path} cannot be read: {error.strerror or error}.") from None
