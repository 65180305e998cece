"""The files of a bundle that is a zip, unpacked into the cache one by one, when asked for."""

from __future__ import annotations

import copy
import zlib
from pathlib import Path, PurePosixPath
from zipfile import ZipFile, ZipInfo

from debcr_core.errors import ReadError, WrongFileError
from debcr_core.files.cache import cache_folder
from debcr_core.files.sha256 import sha256_of
from debcr_core.files.whole import whole_or_nothing
from debcr_plugins.zoo.access.rdf import MAX_BYTES, NAMES, rdf_name
from debcr_plugins.zoo.access.zip_checks import checked_zip

CHUNK = 2**19
"""Bytes that are read at once: less than `zip_checks.MAX_DIRECTORY`."""


class ZipFiles:
    """The files in a zip.

    Parameters
    ----------
    zipped : Path
        The zip.

    Raises
    ------
    ReadError
        If it is damaged, made so as to do harm, or holds no RDF.
    """

    def __init__(self, zipped: Path) -> None:
        self.zipped = zipped
        with checked_zip(zipped) as (opened, files):
            self._top, name = _top_and_rdf(files, zipped)
            self.rdf_content = _read_rdf(opened, files[self._top + name], zipped)
        self._folder = ("zips", sha256_of(zipped))

    def path(self, source: str, sha256: str | None = None) -> Path:  # noqa: ARG002
        """Return the path of an unpacked file.

        Parameters
        ----------
        source : str
            Path relative to the RDF, which was checked (`sources.unsafe_path`).
        sha256 : str, optional
            Not needed here: whoever asks checks the file.

        Raises
        ------
        ReadError
            If the zip does not hold it, or holds something else than it says.
        """
        inside = PurePosixPath(source)
        with checked_zip(self.zipped) as (opened, files):
            entry = files.get(f"{self._top}{inside}")
            if entry is None:
                raise ReadError(f"{self.zipped} holds no file {source}, which its RDF names.")
            target = cache_folder(*self._folder, *inside.parent.parts) / inside.name
            if not _is_there(target, entry):
                with whole_or_nothing(target, overwrite=True) as temporary:
                    _unpack(opened, entry, temporary)
        return target


def _top_and_rdf(files: dict[str, ZipInfo], zipped: Path) -> tuple[str, str]:
    """Return the folder with the RDF and the RDF's name: the zip's root, or its one folder."""
    tops = {name.partition("/")[0] + "/" for name in files}
    for top in ["", *(tops if len(tops) == 1 else ())]:
        names = [name.removeprefix(top) for name in files if name.startswith(top)]
        name = rdf_name(name for name in names if "/" not in name)
        if name:
            return top, name
    raise WrongFileError(f"{zipped} holds no RDF ({', '.join(NAMES)}), so it is no bundle.")


def _read_rdf(opened: ZipFile, entry: ZipInfo, zipped: Path) -> bytes:
    if entry.file_size > MAX_BYTES:
        raise ReadError(f"{zipped}: its RDF {entry.filename} has more than 1 MB.")
    with opened.open(entry) as packed:
        return packed.read()


def _is_there(path: Path, entry: ZipInfo) -> bool:
    """Say whether a file was unpacked earlier and is still whole."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size != entry.file_size:
        return False
    checksum = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            checksum = zlib.crc32(chunk, checksum)
    return checksum == entry.CRC


def _unpack(opened: ZipFile, entry: ZipInfo, path: Path) -> None:
    # zipfile stops at the size that is given, even if more comes: ask for one byte more.
    asked = copy.copy(entry)
    asked.file_size += 1
    written = 0
    with opened.open(asked) as packed, path.open("wb") as file:
        while chunk := packed.read(CHUNK):
            written += file.write(chunk)
    if written != entry.file_size:
        raise ReadError(
            f"{opened.filename} is refused: {entry.filename} has another size than it says."
        )
