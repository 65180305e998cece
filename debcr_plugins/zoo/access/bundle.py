"""A bundle of the BioImage Model Zoo, wherever it is: its RDF, and its files on demand.

A bundle is what a stranger made. Its RDF is parsed without YAML's traps, every file that it names
is checked to be one of the bundle before anything is done, a URL before it is fetched, a zip is
examined before it is unpacked, and each file is held against its sha256 where the RDF gives one.
Nothing is executed here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from debcr_core.errors import ReadError, UsageError, WrongFileError
from debcr_core.files.reading import check_input
from debcr_plugins.zoo.access.cache import how_to_fetch_anew
from debcr_plugins.zoo.access.downloads import download
from debcr_plugins.zoo.access.folder_files import FolderFiles, rdf_in_folder, read_rdf
from debcr_plugins.zoo.access.rdf import parse_rdf
from debcr_plugins.zoo.access.references import RDF, ZIP, is_zoo_id
from debcr_plugins.zoo.access.sha256 import check_sha256
from debcr_plugins.zoo.access.sources import check_sources, host_of, is_url, unsafe
from debcr_plugins.zoo.access.url_files import UrlFiles
from debcr_plugins.zoo.access.zip_files import ZipFiles
from debcr_plugins.zoo.access.zoo_ids import fetch_rdf

ZIP_BEGINS = b"PK"
NO_BUNDLE = (
    "{} is no bundle: neither a folder, zip or RDF, nor a URL, nor an id of the zoo such as "
    "affable-shark."
)


class Files(Protocol):
    """Where the files of a bundle are."""

    def path(self, source: str, sha256: str | None = None) -> Path:
        """Return the local path of a file, by its path relative to the RDF."""
        ...


class Bundle:
    """A model bundle.

    Parameters
    ----------
    reference : str
        How the user named it.
    rdf : dict
        What its RDF says, parsed and otherwise as it stands there.
    files : Files
        Where its files are.
    host : str
        The server that the user named; empty if the RDF is on this computer. From there alone files
        may come unencrypted, or from an address that is not public.

    Raises
    ------
    ReadError
        If the RDF names a file outside the bundle.
    """

    def __init__(
        self, reference: str, rdf: dict[str, Any], files: Files, *, host: str = ""
    ) -> None:
        check_sources(rdf, reference)
        self.reference, self.rdf = reference, rdf
        self._files, self._host = files, host

    def forbidden(self, source: str) -> str:
        """Return why a source must not be opened; empty if it may (see `sources.unsafe`)."""
        return unsafe(source, self._host)

    def must_be_fetched(self, source: str) -> bool:
        """Say whether a file is on a server, rather than with the RDF on this computer."""
        return is_url(source) or isinstance(self._files, UrlFiles)

    def file(self, source: str, sha256: str | None = None, *, what: str = "file") -> Path:
        """Return the local path of a file of the bundle; it is unpacked or fetched if need be.

        Parameters
        ----------
        source : str
            A path relative to the RDF, or a URL, as it stands in the RDF.
        sha256 : str, optional
            Expected sum in hexadecimal digits; always checked where it is given.
        what : str
            What the file is, for errors: ``weights (onnx)``.

        Raises
        ------
        ReadError
            If it is missing, leads out of the bundle or is not the expected one.
        """
        fault = self.forbidden(source)
        if fault:
            raise ReadError(f"{self.reference} names {source!r:.100} as {what}, but {fault}.")
        path = (
            download(source, sha256, host=self._host)
            if is_url(source)
            else self._files.path(source, sha256)
        )
        if sha256:
            check_sha256(path, sha256, f"The {what} {source} of {self.reference}")
        return path


def open_bundle(reference: str) -> Bundle:
    """Open a bundle.

    Parameters
    ----------
    reference : str
        A folder, a zip, an RDF; the URL of a zip or an RDF; or an id of the zoo, with a version
        or without: ``affable-shark``, ``affable-shark/1.2``, ``10.5281/zenodo.5764892``.

    Raises
    ------
    ReadError
        If it is missing, damaged, no model, or made so as to do harm.
    UsageError
        If the text names no bundle.
    """
    path = Path(reference)
    if is_url(reference):
        return _from_url(reference)
    if path.is_dir():
        return _from_folder(reference, path, rdf_in_folder(path))
    if path.is_file():
        return _from_file(reference, path)
    if is_zoo_id(reference):
        return _fetched(reference, *fetch_rdf(reference))
    if path.suffix.lower() in (ZIP, *RDF):
        raise WrongFileError(f"There is no bundle {path}.")
    raise UsageError(NO_BUNDLE.format(reference))


def _from_file(reference: str, path: Path) -> Bundle:
    if path.suffix.lower() in RDF:
        return _from_folder(reference, path.parent, path.name)
    if path.suffix.lower() != ZIP and not check_input(path).startswith(ZIP_BEGINS):
        raise WrongFileError(NO_BUNDLE.format(reference))
    return _from_zip(reference, path)


def _from_folder(reference: str, folder: Path, name: str | None) -> Bundle:
    rdf = parse_rdf(read_rdf(folder, name), str(folder / str(name)))
    return Bundle(reference, rdf, FolderFiles(folder))


def _from_zip(reference: str, path: Path, host: str = "") -> Bundle:
    files = ZipFiles(path)
    return Bundle(reference, parse_rdf(files.rdf_content, f"The RDF in {path}"), files, host=host)


def _from_url(url: str) -> Bundle:
    # The user chose the server, so http is allowed.
    fault = unsafe(url, host_of(url))
    if fault:
        raise UsageError(f"{url} cannot be fetched: {fault}.")
    host = host_of(url)
    return _fetched(url, url, download(url, host=host), host)


def _fetched(reference: str, url: str, path: Path, host: str) -> Bundle:
    """Return the bundle of a zip or an RDF, whichever it is: addresses need not tell."""
    with path.open("rb") as file:
        zipped = file.read(len(ZIP_BEGINS)) == ZIP_BEGINS
    try:
        if zipped:
            return _from_zip(reference, path, host)
        rdf = parse_rdf(read_rdf(path.parent, path.name), url)
        return Bundle(reference, rdf, UrlFiles(url, host), host=host)
    except ReadError as error:
        raise ReadError(f"{error} {how_to_fetch_anew(path)}") from error
