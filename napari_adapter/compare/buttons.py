"""Buttons that say what they do."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtWidgets import QPushButton


def button(name: str, hint: str, pressed: Callable[[], object]) -> QPushButton:
    """Return a button.

    Parameters
    ----------
    name : str
        What is on it, and what a screen reader says.
    hint : str
        What it does, in a sentence.
    pressed : callable
        Called when it is clicked.
    """
    made = QPushButton(name)
    made.setAccessibleName(name)
    made.setToolTip(hint)
    made.clicked.connect(lambda _: pressed())
    return made


def toggle(name: str, hint: str, switched: Callable[[bool], object]) -> QPushButton:
    """Return a button that stays down.

    Parameters
    ----------
    name, hint : str
        As for `button`.
    switched : callable
        Called when it is clicked, with whether it is down.
    """
    made = QPushButton(name)
    made.setCheckable(True)
    made.setAccessibleName(name)
    made.setToolTip(hint)
    # PySide6 passes nothing to what it cannot look into, such as a partial.
    made.clicked.connect(lambda _: switched(made.isChecked()))
    return made
