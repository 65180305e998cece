"""Labels whose text wraps at any width, and says what it says."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QSizePolicy


def plain_label(description: str) -> QLabel:
    """Return a label for sentences; what looks like HTML in them is none.

    Parameters
    ----------
    description : str
        What it tells of, for screen readers; its name is the text itself.
    """
    label = QLabel()
    label.setAccessibleDescription(description)
    label.setWordWrap(True)
    # A stranger's text must not become a picture or a link.
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return label
