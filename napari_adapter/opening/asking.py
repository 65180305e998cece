"""What is asked when a file is opened: which of its images, and which axis is which.

Without a window nobody can be asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from debcr_core.components import Part
from debcr_core.files.guessed_axes import NamelessAxesError
from debcr_core.notices import say

MOST = 32
"""Images that are opened at once."""


def which_parts(path: Path, parts: Sequence[Part]) -> Sequence[Part]:
    """Return those of several images that are to be opened; none if the user cancels.

    Parameters
    ----------
    path : Path
        The file or folder that holds them.
    parts : sequence of Part
        The images.
    """
    if not is_window():
        if len(parts) > MOST:
            say(f"{path} holds {len(parts)} images: the first {MOST} are opened.", kind="several")
        return parts[:MOST]
    from napari_adapter.opening.parts_dialog import PartsDialog

    return PartsDialog(path, parts, MOST).ask()


def which_axes(error: NamelessAxesError) -> str | None:
    """Return the axes' names that the user chooses; None if he cancels.

    Parameters
    ----------
    error : NamelessAxesError
        Why they are asked, and a guess.

    Raises
    ------
    NamelessAxesError
        The same, where there is no window.
    """
    if not is_window():
        raise error
    from napari_adapter.opening.axes_dialog import AxesDialog

    return AxesDialog(error).ask()


def is_window() -> bool:
    """Say whether there is a window, and so a user who can be asked and told."""
    from qtpy.QtWidgets import QApplication

    return bool(QApplication.topLevelWidgets()) if QApplication.instance() else False
