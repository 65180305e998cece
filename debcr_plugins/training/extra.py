"""What to say where Lightning is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from debcr_core.errors import UsageError


@contextmanager
def needs_extra() -> Iterator[None]:
    """Turn a failing import of Lightning into a sentence.

    Raises
    ------
    UsageError
        If it is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "lightning":
            raise
        raise UsageError(
            'Training needs lightning, which is not installed: pip install "debcr-zoo[train]".'
        ) from None
