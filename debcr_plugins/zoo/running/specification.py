"""bioimageio.spec as it is asked here: quietly, and so that nothing is opened or fetched."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

from debcr_core.missing_extras import needs_extra
from debcr_core.notices import others_silenced

LOGGING = ("bioimageio", "pydantic")
MAX_FAULTS = 3
LONGEST = 200
"""Letters of one fault."""


class NotValidError(Exception):
    """What is wrong with an RDF, each fault with the place of its key."""


def built(rdf: Mapping[str, Any], version: str) -> dict[str, Any]:
    """Return an RDF as the specification understands it, with all defaults.

    Parameters
    ----------
    rdf : mapping
        Plain values.
    version : str
        Format to return it in: ``discover``, its own, or ``latest``.

    Raises
    ------
    NotValidError
        If it is not valid, or cannot be converted.
    """
    with needs_extra("zoo", "Bundles of the BioImage Model Zoo need"):
        from bioimageio.spec import InvalidDescr, ValidationContext, build_description

    # An empty root and no checks of files: what the RDF names is opened by `Bundle` alone.
    context = ValidationContext(perform_io_checks=False, log_warnings=False, root=Path())
    with _quiet():
        try:
            described = build_description(
                deepcopy(dict(rdf)), format_version=version, context=context
            )
        except Exception as error:
            # Some of its validators stumble over what another one has refused.
            raise NotValidError(_sentence("", str(error), type(error).__name__)) from error
        if isinstance(described, InvalidDescr):
            raise NotValidError(_faults(described))
        plain: dict[str, Any] = described.model_dump(mode="json")
    return plain


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the specification's own remarks, which are for the RDF's author, from the user."""
    from loguru import logger

    # Validators are called by pydantic, under whose name they log.
    for library in LOGGING:
        logger.disable(library)
    logging.getLogger("bioimageio").setLevel(logging.ERROR)
    try:
        with others_silenced():
            yield
    finally:
        for library in LOGGING:
            logger.enable(library)


def _faults(invalid: Any) -> str:
    """Say what is wrong: the faults of the first format in which there are any."""
    details = [detail for detail in invalid.validation_summary.details if detail.errors]
    faults = [
        _sentence(".".join(filter(_is_key, map(str, error.loc))), error.msg, error.type)
        for error in (details[0].errors if details else [])
    ]
    more = f"; and {len(faults) - MAX_FAULTS} more" if len(faults) > MAX_FAULTS else ""
    return "; ".join(faults[:MAX_FAULTS]) + more


def _is_key(part: str) -> bool:
    """Say whether a part of a place is the RDF's, and not a type that pydantic tried."""
    return not any(letter in part for letter in "[(")


def _sentence(place: str, said: str, kind: str) -> str:
    words = " ".join(said.split())[:LONGEST]
    for prefix in ("Value error, ", "Assertion failed,"):
        words = words.removeprefix(prefix)
    # An assertion that fails may say nothing.
    reason = words.strip(" .") or f"the specification's own check of it breaks off ({kind})"
    return f"{place}: {reason}" if place else reason
