"""Find and parse a bundle's RDF (resource description file).

Which names it may have: https://github.com/bioimage-io/spec-bioimage-io
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from debcr_core.errors import ReadError
from debcr_core.yaml.strict import load_yaml

NAMES = ("rdf.yaml", "bioimageio.yaml", "model.yaml")
"""In the order in which bioimage.io's own software looks for them; ``x.rdf.yaml`` counts, too."""
MAX_BYTES = 1_000_000


def rdf_name(names: Iterable[str]) -> str | None:
    """Return which of the names in one folder is the RDF's; None if there is none.

    Examples
    --------
    >>> rdf_name(["weights.onnx", "unet.model.yaml", "rdf.yaml"])
    'rdf.yaml'
    """
    ordered = sorted(names)
    for wanted in NAMES:
        for name in ordered:
            if name == wanted or name.endswith(f".{wanted}"):
                return name
    return None


def parse_rdf(content: bytes, source: str) -> dict[str, Any]:
    """Return what an RDF says.

    Parameters
    ----------
    content : bytes
        The file.
    source : str
        What to call it in errors.

    Raises
    ------
    ReadError
        If it is too large, not plain YAML in UTF-8, or does not describe a model.
    """
    if len(content) > MAX_BYTES:
        raise ReadError(f"{source} is no RDF: it has more than 1 MB.")
    try:
        # Some editors on Windows put a byte order mark in front.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReadError(
            f"{source} is no RDF: it is not UTF-8 text (byte {error.start}). Save it as UTF-8."
        ) from None
    rdf = load_yaml(text, source)
    if not isinstance(rdf, dict) or not all(isinstance(key, str) for key in rdf):
        raise ReadError(f"{source} is no RDF: it should be a mapping that begins with type: model.")
    if rdf.get("type") != "model":
        kind = repr(rdf.get("type"))[:40]
        raise ReadError(f"{source} describes no model: its type is {kind}, not 'model'.")
    return rdf
