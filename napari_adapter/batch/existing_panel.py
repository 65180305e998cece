"""Outputs that exist: named before anything begins, with the ways to go on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from napari_adapter.buttons import button

Answer = Literal["skip", "replace", "back"]
NAMED = 5
"""Outputs that are named; of the others their number is said."""


class ExistingPanel(QFrame):
    """Asks what to do about outputs that exist; hidden until there are some."""

    def __init__(self) -> None:
        super().__init__()
        self._answered: Callable[[Answer], None] | None = None
        self.label = QLabel()
        self.label.setWordWrap(True)
        self.skip = self._button("Skip them", "skip", "Restore the other images.")
        self.replace = self._button("Replace them", "replace", "Their old content is lost.")
        self.back = self._button("Back", "back", "Begin nothing.")
        row = QHBoxLayout()
        for each in (self.skip, self.replace, self.back):
            row.addWidget(each)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.label)
        layout.addLayout(row)
        self.hide()

    def ask(self, paths: list[Path], answered: Callable[[Answer], None]) -> None:
        """Name some outputs, and ask.

        Parameters
        ----------
        paths : list of Path
            The outputs.
        answered : callable
            Called with what the user wants.
        """
        self._answered = answered
        self.label.setText(sentence_of(paths))
        self.label.setToolTip("\n".join(map(str, paths[:100])))
        self.show()
        self.skip.setFocus()

    def _button(self, text: str, answer: Answer, tip: str) -> QPushButton:
        name = f"Outputs that exist: {text.lower()}"
        return button(text, tip, lambda: self._answer(answer), name=name)

    def _answer(self, answer: Answer) -> None:
        self.hide()
        if self._answered is not None:
            self._answered(answer)


def sentence_of(paths: list[Path]) -> str:
    """Return which outputs exist, in a sentence.

    Examples
    --------
    >>> sentence_of([Path("out/a.tif"), Path("out/b.tif")])
    '2 outputs exist already in out: a.tif, b.tif.'
    """
    names = ", ".join(path.name for path in paths[:NAMED])
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    many = "1 output exists" if len(paths) == 1 else f"{len(paths)} outputs exist"
    return f"{many} already in {paths[0].parent}: {names}{more}."
