"""Whether an RDF is valid; and if so, its content in format 0.5."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from debcr_core.errors import ReadError
from debcr_core.notices import say
from debcr_plugins.zoo.running.bounds import refuse_excess
from debcr_plugins.zoo.running.format_0_4 import (
    CODE,
    completed,
    convertible,
    put_back,
    without_code,
)
from debcr_plugins.zoo.running.kept_descriptions import kept_or_made
from debcr_plugins.zoo.running.specification import NotValidError, built

Rdf = Mapping[str, Any]


def validated(rdf: Rdf, source: str) -> dict[str, Any]:
    """Return an RDF as the specification understands it, converted to format 0.5.

    Parameters
    ----------
    rdf : mapping
        Plain values, format 0.4 or 0.5.
    source : str
        What to call it in errors.

    Raises
    ------
    ReadError
        If it is no model, not valid, or cannot be converted; the sentence names the first keys
        at fault.

    Warns
    -----
    DebcrWarning
        If weights that other ones stand beside are left out, since they cannot be converted.
    """
    if not isinstance(rdf, Mapping) or rdf.get("type") != "model":
        raise ReadError(f"{source} describes no model (its key `type` is not `model`).")
    version = str(rdf.get("format_version", ""))
    if version in ("0.4", "0.5"):
        raise ReadError(
            f"{source} says only {version} of its format, but a format_version has three numbers, "
            "such as 0.5.4: write it whole, as text."
        )
    if not version.startswith(("0.4.", "0.5.")):
        raise ReadError(
            f"{source} is of format {version or '(none)'}: model RDFs of format 0.4.x and 0.5.x "
            "run here."
        )
    refuse_excess(rdf, source)
    old = version.startswith("0.4.")
    given = (completed(rdf), "discover") if old else (rdf, "latest")
    try:
        plain = kept_or_made(*given, built)
    except NotValidError as error:
        raise ReadError(f"{source} is no valid model RDF ({version}): {error}.") from error
    return _converted(plain, rdf, source) if old else plain


def _converted(plain: dict[str, Any], rdf: Rdf, source: str) -> dict[str, Any]:
    """Return an RDF that is valid in format 0.4 in format 0.5."""
    try:
        return put_back(kept_or_made(convertible(plain), "latest", built), plain, rdf)
    except NotValidError as error:
        fewer = without_code(plain)
        with suppress(NotValidError):
            without = put_back(kept_or_made(convertible(fewer), "latest", built), fewer, rdf)
            say(
                f"{source}: its {CODE} is left out, which cannot be converted to format 0.5: "
                f"{error}.",
                kind="weights-left-out",
            )
            return without
        raise ReadError(
            f"{source} is a valid RDF of format {rdf['format_version']}, but format 0.5 is what "
            f"runs here. Cannot be converted to 0.5: {error}."
        ) from error
