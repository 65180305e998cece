"""Shows what becomes of the chosen model: it is being opened, or why it is not."""

from __future__ import annotations

from pathlib import PurePath

from qtpy.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from napari_adapter.buttons import button
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
        self.cancel = button("Cancel", "Stop opening the model.", chosen.cancel)
        self.again = button("Try again", "Open the same model once more.", chosen.again)
        self.back = button("Back", "Choose the model that was open before.", self._back)
        buttons = QHBoxLayout()
        for each in (self.cancel, self.again, self.back):
            buttons.addWidget(each)
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

    def _back(self) -> None:
        self._chosen.choose(self._chosen.former)
