"""What to say where the libraries of the extra "zoo" are not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from debcr_core.errors import UsageError


@contextmanager
def needs_extra(what: str) -> Iterator[None]:
    """Turn a failing import into a sentence.

    Parameters
    ----------
    what : str
        What needs the import, at the start of a sentence: ``Bundles of the BioImage Model Zoo``.

    Raises
    ------
    UsageError
        If a library is missing.
    """
    try:
        yield
    except ImportError as error:
        library = error.name or str(error)
        raise UsageError(
            f'{what} need {library}, which is not installed: pip install "debcr-zoo[zoo]".'
        ) from None
