"""Shows what becomes of the chosen model: it is being opened, or why it is not."""

from __future__ import annotations

from pathlib import PurePath

from qtpy.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from napari_adapter.models.chosen import Chosen
from napari_adapter.models.labels import plain_label
from napari_adapter.models.strangers_text import shown

LONGEST = 600
LONGEST_NAME = 24


class StateView(QWidget):
    """A sentence, and what can be done: cancel, try again, go back to the former model.

    Parameters
    ----------
    chosen : Chosen
        The model.
    """

    def __init__(self, chosen: Chosen) -> None:
        super().__init__()
        self._chosen = chosen
        self.text = plain_label("What became of the model")
        self.cancel = _button("Cancel", "Stop opening the model.")
        self.again = _button("Try again", "Open the same model once more.")
        self.back = _button("Back", "Choose the model that was open before.")
        self.cancel.clicked.connect(self._cancel)
        self.again.clicked.connect(self._again)
        self.back.clicked.connect(self._back)
        buttons = QHBoxLayout()
        for button in (self.cancel, self.again, self.back):
            buttons.addWidget(button)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.text)
        layout.addLayout(buttons)
        self.update_text()

    def update_text(self) -> None:
        """Show what is so now."""
        chosen = self._chosen
        said = {
            "opening": f"Opening {chosen.choice.model}…",
            "failed": f"✗ {chosen.sentence}",
        }.get(chosen.state, "")
        self.text.setText(shown(said, LONGEST))
        self.text.setVisible(bool(said))
        self.cancel.setVisible(chosen.state == "opening")
        self.again.setVisible(chosen.state == "failed")
        self.back.setVisible(chosen.state in ("failed", "untrusted") and bool(chosen.former))
        # & would underline what follows.
        former = shown(PurePath(chosen.former).name, LONGEST_NAME).replace("&", "&&")
        self.back.setText(f"Back to {former}")
        self.setVisible(chosen.state != "open")

    def _cancel(self) -> None:
        self._chosen.cancel()

    def _again(self) -> None:
        self._chosen.again()

    def _back(self) -> None:
        self._chosen.choose(self._chosen.former)


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setAccessibleName(text)
    button.setAccessibleDescription(tip)
    return button
