"""What to say where the libraries of an extra are not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from debcr_core.errors import UsageError


@contextmanager
def needs_extra(extra: str, subject: str) -> Iterator[None]:
    """Turn a failing import into a sentence.

    Parameters
    ----------
    extra : str
        Name of the extra whose libraries are imported in the block.
    subject : str
        What needs them, with the verb: ``Downloads need``.

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
            f'{subject} {library}, which is not installed: pip install "debcr-zoo[{extra}]".'
        ) from None
