"""What is always seen: run, cancel, how far it is, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from napari_adapter.buttons import button

if TYPE_CHECKING:
    from napari_adapter.restore.result import Part

HUNDRED = 100


class Footer(QWidget):
    """Buttons, a bar and a line of text; and, after a cancel, what to do with what was finished.

    Attributes
    ----------
    kept : Signal
        Emitted with the `Part` that is to be kept.
    """

    kept = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.preview = QCheckBox("Preview")
        self.preview.setAccessibleName("Preview")
        self.preview.setToolTip(
            "Show above the layer what the result will be where the window shows it."
        )
        self.run = button("Run", "Restore what is ticked; the result is a new layer.")
        self.cancel = button("Cancel", "Stop at once; what is finished can be kept.")
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress")
        self.bar.setToolTip("How far the present stage is.")
        self.bar.setTextVisible(False)
        self.status = QLabel()
        self.status.setAccessibleName("Status")
        self.status.setToolTip("What is going on.")
        self.status.setWordWrap(True)
        self.status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.offer = _Offer()
        self.offer.answered.connect(self._answered)
        self._lay_out()
        self.show_idle("")

    def show_running(self) -> None:
        """Let the user cancel."""
        self._had_focus = self.run.hasFocus()
        self.cancel.setEnabled(True)
        self.run.setEnabled(False)
        if self._had_focus:
            self.cancel.setFocus()
        self.show_progress("Beginning…", None)
        self.offer.close_offer()

    def show_progress(self, sentence: str, percent: int | None) -> None:
        """Show what is done, and how far; None where that is not known."""
        self.bar.setVisible(True)
        self.bar.setRange(0, 0 if percent is None else HUNDRED)
        self.bar.setValue(percent or 0)
        self.status.setText(sentence)

    def show_idle(self, sentence: str) -> None:
        """Let the user run it, with what became of the last time."""
        had_focus = self.cancel.hasFocus()
        self.run.setEnabled(True)
        self.cancel.setEnabled(False)
        if had_focus:
            self.run.setFocus()
        # One that is hidden goes on moving where its end is not known.
        self.bar.setRange(0, HUNDRED)
        self.bar.setVisible(False)
        self.status.setText(sentence)

    def ask_about(self, part: Part) -> None:
        """Ask whether a part is to be kept; whoever runs again does not want it."""
        self.offer.ask_about(part)

    def _answered(self, part: object) -> None:
        if part is None:
            self.status.setText("The part was discarded.")
        else:
            self.kept.emit(part)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.preview)
        row.addStretch(1)
        row.addWidget(self.run)
        row.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        for part in (self.bar, self.status, self.offer):
            layout.addWidget(part)


class _Offer(QWidget):
    """Asks, without standing in the way, whether to keep a part."""

    answered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._part: Part | None = None
        self.question = QLabel("Keep what was finished as a layer?")
        self.question.setWordWrap(True)
        self.keep = button(
            "Keep part",
            "Add it as a layer; what is missing is NaN there.",
            lambda: self._answer(keep=True),
        )
        self.discard = button(
            "Discard", "Forget what was finished.", lambda: self._answer(keep=False)
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.question, stretch=1)
        row.addWidget(self.keep)
        row.addWidget(self.discard)
        self.setVisible(False)

    def ask_about(self, part: Part) -> None:
        self._part = part
        self.question.setText(f"Keep what was finished of {part.request.briefly} as a layer?")
        self.setVisible(True)

    def close_offer(self) -> None:
        self._part = None
        self.setVisible(False)

    def _answer(self, *, keep: bool) -> None:
        part = self._part
        self.close_offer()
        self.answered.emit(part if keep else None)
