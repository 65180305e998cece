"""Buttons that say what they do, and that the keyboard reaches."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QPushButton


def button(
    text: str, hint: str, pressed: Callable[[], object] | None = None, *, name: str | None = None
) -> QPushButton:
    """Return a button, which the space and the Enter key press, too.

    Parameters
    ----------
    text : str
        What is on it.
    hint : str
        What it does, in a sentence.
    pressed : callable, optional
        Called when it is clicked; by default whoever makes it connects it.
    name : str, optional
        What a screen reader says, if that is not the text.
    """
    made = QPushButton(text)
    made.setAccessibleName(name or text.rstrip("…"))
    made.setToolTip(hint)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made.setAutoDefault(True)
    if pressed is not None:
        made.clicked.connect(lambda _: pressed())
    return made


def toggle(text: str, hint: str, switched: Callable[[bool], object]) -> QPushButton:
    """Return a button that stays down.

    Parameters
    ----------
    text, hint : str
        As for `button`.
    switched : callable
        Called when it is clicked, with whether it is down.
    """
    made = button(text, hint)
    made.setCheckable(True)
    # PySide6 passes nothing to what it cannot look into, such as a partial.
    made.clicked.connect(lambda _: switched(made.isChecked()))
    return made
