"""A heading that shows and hides what is below it."""

from __future__ import annotations

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QToolButton, QVBoxLayout, QWidget


class Fold(QWidget):
    """A button with an arrow, and a widget below it that is hidden at first.

    Unlike `superqt.QCollapsible` it takes the height that its content wants at any width, and the
    keyboard does not lead into what is hidden.

    Parameters
    ----------
    title : str
        What the button says.
    content : QWidget
        What is shown and hidden.
    """

    toggled = Signal(bool)

    def __init__(self, title: str, content: QWidget) -> None:
        super().__init__()
        self.button = QToolButton()
        self.button.setText(title)
        self.button.setAccessibleName(title)
        self.button.setToolTip(f"Show or hide: {title}.")
        self.button.setCheckable(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # napari's themes do not show where the keyboard is.
        self.button.setStyleSheet("QToolButton:focus { text-decoration: underline; }")
        self.content = content
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.button)
        layout.addWidget(content)
        self.button.toggled.connect(self._show)
        self._show(False)

    @property
    def unfolded(self) -> bool:
        """Whether the content is shown."""
        return bool(self.button.isChecked())

    def unfold(self, shown: bool = True) -> None:
        """Show or hide the content."""
        self.button.setChecked(shown)

    def _show(self, shown: bool) -> None:
        arrow = Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow
        self.button.setArrowType(arrow)
        self.content.setVisible(shown)
        self.toggled.emit(shown)
