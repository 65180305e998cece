"""A question: which axis of an image is which."""

from __future__ import annotations

from qtpy.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QVBoxLayout,
)

from debcr_core.files.guessed_axes import NamelessAxesError
from debcr_core.image import DIMS
from napari_adapter.advice import in_the_viewer

WORDS = {"t": "time", "c": "channels", "z": "planes", "y": "rows", "x": "columns"}
USUAL = {3: ("zyx", "tyx", "cyx"), 4: ("czyx", "tzyx", "tcyx"), 5: ("tczyx",)}
"""What the axes of an array may be, beside a reader's guess."""


class AxesDialog(QDialog):
    """Asks for the names of the axes that a file does not name.

    Parameters
    ----------
    error : NamelessAxesError
        Why it is asked, and a reader's guess.

    Attributes
    ----------
    axes : QComboBox
        What they may be, a letter each; others can be typed.
    buttons : QDialogButtonBox
        Open, and cancel.
    """

    def __init__(self, error: NamelessAxesError) -> None:
        super().__init__(QApplication.activeWindow())
        self._count = len(error.axes)
        self.setWindowTitle("Which axis is which?")
        self.axes = QComboBox()
        self.axes.setEditable(True)
        self.axes.setAccessibleName("Axes")
        self.axes.setToolTip(f"A letter of {', '.join(DIMS)} for each axis, in their order")
        self.axes.addItems([error.axes, *USUAL.get(self._count, ())])
        self._words = QLabel()
        role = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(role.Open | role.Cancel)
        question = QLabel(in_the_viewer(error))
        question.setWordWrap(True)
        layout = QVBoxLayout(self)
        for widget in (question, self.axes, self._words, self.buttons):
            layout.addWidget(widget)
        self.axes.currentTextChanged.connect(self._update)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._update()

    def ask(self) -> str | None:
        """Show it, and return the letters that are chosen; None if it is cancelled."""
        return self.chosen() if self.exec() == QDialog.DialogCode.Accepted else None

    def chosen(self) -> str:
        """Return the letters."""
        return str(self.axes.currentText()).strip().lower()

    def _update(self, *_: object) -> None:
        """Say what the letters mean, and whether they can be right."""
        letters = self.chosen()
        right = len(letters) == len({*letters}) == self._count and {*"yx"} <= {*letters} <= {*DIMS}
        self.buttons.button(QDialogButtonBox.StandardButton.Open).setEnabled(right)
        self._words.setText(", ".join(WORDS.get(letter, "?") for letter in letters))
