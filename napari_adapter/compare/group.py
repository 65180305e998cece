"""A part of the tab that folds away."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QToolButton, QVBoxLayout, QWidget


class Group(QWidget):
    """A widget under a title; a click on the title shows or hides it.

    Parameters
    ----------
    title : str
        What it is for.
    content : QWidget
        The widget; hidden at first.

    Attributes
    ----------
    title : QToolButton
        Down while the widget is shown.
    """

    def __init__(self, title: str, content: QWidget) -> None:
        super().__init__()
        self._content = content
        self.title = QToolButton()
        self.title.setText(title)
        self.title.setCheckable(True)
        self.title.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.title.setAccessibleName(title)
        self.title.setToolTip(f"Show or hide: {title}.")
        self.title.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.title.toggled.connect(self._fold)
        layout = column(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.title)
        layout.addWidget(content)
        self._fold(False)

    def _fold(self, opened: bool) -> None:
        self.title.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)
        self._content.setVisible(opened)


def column(widget: QWidget) -> QVBoxLayout:
    """Return a layout for a widget, its parts below one another."""
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(4, 2, 4, 4)
    layout.setSpacing(4)
    return layout
