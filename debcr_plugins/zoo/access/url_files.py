"""The files of a bundle whose RDF was fetched from a URL: they lie beside it on the server."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from urllib.parse import quote, urlsplit, urlunsplit

from debcr_plugins.zoo.access.downloads import download


class UrlFiles:
    """The files beside an RDF on a server.

    Parameters
    ----------
    rdf_url : str
        Where the RDF is.
    host : str
        The server that the user named (see `downloads.download`).
    """

    def __init__(self, rdf_url: str, host: str) -> None:
        self.rdf_url, self.host = rdf_url, host

    def path(self, source: str, sha256: str | None = None) -> Path:
        """Return a local copy of a file (see `downloads.download`).

        Parameters
        ----------
        source : str
            Path relative to the RDF, which was checked (`sources.unsafe_path`).
        sha256 : str, optional
            Expected sum.
        """
        return download(beside(self.rdf_url, source), sha256, host=self.host)


def beside(rdf_url: str, source: str) -> str:
    """Return the URL of a file that an RDF names by a relative path.

    Examples
    --------
    >>> beside("https://example.org/a/rdf.yaml?version=1", "net 1.onnx")
    'https://example.org/a/net%201.onnx?version=1'
    >>> beside("https://zenodo.org/api/records/7/files/rdf.yaml/content", "net.onnx")
    'https://zenodo.org/api/records/7/files/net.onnx/content'
    """
    parts = urlsplit(rdf_url)
    folder, _, last = parts.path.rpartition("/")
    end = ""
    if last == "content" and folder.startswith("/api/records/"):  # Zenodo
        folder, end = folder.rpartition("/")[0], "/content"
    # Quoted, so that no character of the path can become a query, or dots that lead upwards.
    path = quote(str(PurePosixPath(source)))
    return urlunsplit(parts._replace(path=f"{folder}/{path}{end}", fragment=""))
