"""What napari calls to open a file: dropped, chosen in its dialog, or given to ``viewer.open``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from debcr_core.errors import DebcrError
from debcr_core.files.reading import choose_reader, readers_of
from napari_adapter.advice import in_the_viewer
from napari_adapter.images.layer_data import LayerData
from napari_adapter.installed import installed
from napari_adapter.notifying import notifying
from napari_adapter.opening import asking
from napari_adapter.opening.parts import chosen_parts, name_of
from napari_adapter.opening.reading import layers_in

NOTHING: list[Any] = [(None,)]
"""What napari is told where there is nothing to add."""
Read = Callable[..., list[Any]]


def get_reader(path: str | Sequence[str]) -> Read | None:
    """Return what reads a file, or None if no reader recognises its content.

    Parameters
    ----------
    path : str or sequence of str
        A file or folder. Several files as one stack are left to other readers.
    """
    if not isinstance(path, str):
        return get_reader(path[0]) if len(path) == 1 else None
    try:
        return read if readers_of(Path(path), installed()) else None
    except DebcrError:
        return None


def read(path: str | Sequence[str], **_: Any) -> list[Any]:
    """Return the layers of a file; what is wrong with it is shown.

    Parameters
    ----------
    path : str or sequence of str
        The file, or a list of it alone.

    Returns
    -------
    list of tuple
        As napari takes them. ``[(None,)]`` if the file cannot be read, which is shown, or the user
        has chosen nothing.

    Raises
    ------
    DebcrError
        If the file cannot be read, and there is no window to show it in.
    """
    from napari.utils.notifications import show_error

    file = Path(path if isinstance(path, str) else path[0])
    try:
        with notifying():
            return opened(file) or NOTHING
    except DebcrError as error:
        if not asking.is_window():
            raise
        show_error(in_the_viewer(error))
        return NOTHING


def opened(path: Path) -> list[LayerData]:
    """Return what the layers of a file are made of; several images are asked for.

    Raises
    ------
    DebcrError
        As `debcr_core.read_image`.
    """
    plugins = installed()
    parts = chosen_parts(path, choose_reader(path, plugins), plugins)
    return [data for part in parts for data in layers_in(part, name_of(part, plugins), plugins)]
