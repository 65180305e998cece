"""Warnings of the core become notifications of napari."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from debcr_core.errors import DebcrWarning
from debcr_core.notices import listening
from napari_adapter.advice import in_the_viewer


@contextmanager
def notifying() -> Iterator[None]:
    """Show each warning of the block as it comes; in the main thread."""
    with listening(_show):
        yield


def _show(warning: DebcrWarning) -> None:
    from napari.utils.notifications import show_warning

    show_warning(in_the_viewer(warning))
