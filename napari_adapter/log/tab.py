"""The tab that lists what the user was told."""

from __future__ import annotations

from qtpy.compat import isalive
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from napari_adapter.buttons import button
from napari_adapter.fold import Fold
from napari_adapter.log.entry_list import EntryList
from napari_adapter.log.log import Entry, Level, Log

SHOWN: dict[str, set[Level]] = {
    "Everything": {"info", "warning", "error"},
    "Warnings and errors": {"warning", "error"},
    "Errors": {"error"},
}
"""What each choice of the filter shows."""
REPORT = (
    "This is a fault of the program, not of your image. Please copy this entry and send it, with "
    "what you did before, to whoever you have DeBCR from: what is below tells where it happened."
)


class LogTab(QWidget):
    """Lists what was told, the newest last; what is chosen can be copied.

    Parameters
    ----------
    log : Log
        What is listed.

    Attributes
    ----------
    list : EntryList
        The entries.
    filter : QComboBox
        Which levels are listed.
    copy, clear : QPushButton
        Copies what is selected, or all that is listed; empties the log.
    details : Fold
        What helps to find a fault of the program, of the entry that is chosen.
    advice : QLabel
        How to report it.
    details_text : QPlainTextEdit
        The details themselves.
    """

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log
        self.filter = QComboBox()
        self.filter.addItems(list(SHOWN))
        self.filter.setAccessibleName("Levels that are listed")
        self.filter.setToolTip("Which levels are listed.")
        self.list = EntryList()
        self.copy = button(
            "Copy",
            "Copy the entries that are selected, or all that are listed (Ctrl+C).",
            self.copy_entries,
        )
        self.clear = button("Clear", "Empty the log.", self.clear_all)
        self.details_text = QPlainTextEdit()
        self.details_text.setReadOnly(True)
        self.details_text.setAccessibleName("Details")
        self.details_text.setTabChangesFocus(True)
        self.details_text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.advice = QLabel(REPORT)
        self.details = Fold("Details for a report", self._with_advice())
        self._lay_out()
        for entry in log.entries:
            self._add(entry)
        log.added.connect(self._hear)
        self.filter.currentIndexChanged.connect(lambda _: self.list.show_levels(self._levels()))
        self.list.currentItemChanged.connect(lambda *_: self._show_details())
        self.list.copied.connect(self.copy_entries)
        self._show_details()

    def _with_advice(self) -> QWidget:
        whole = QWidget()
        self.advice.setWordWrap(True)
        layout = QVBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.advice)
        layout.addWidget(self.details_text)
        return whole

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addWidget(self.clear)
        layout = QVBoxLayout(self)
        layout.addWidget(self.filter)
        layout.addWidget(self.list, 3)
        layout.addWidget(self.details, 1)
        layout.addLayout(buttons)

    def copy_entries(self) -> None:
        """Copy what is selected, or all that is listed, with its details."""
        entries = self.list.selected() or self.list.listed()
        # What was copied before is not lost for nothing.
        if entries:
            QGuiApplication.clipboard().setText("\n".join(map(str, entries)))

    def clear_all(self) -> None:
        """Empty the log."""
        self._log.entries.clear()
        self.list.clear()
        self._show_details()

    def _hear(self, entry: Entry) -> None:
        # The log may outlive its tab.
        if isalive(self):
            self._add(entry)

    def _add(self, entry: Entry) -> None:
        self.list.add(entry, shown=entry.level in self._levels())

    def _levels(self) -> set[Level]:
        return SHOWN[self.filter.currentText()]

    def _show_details(self) -> None:
        entry = self.list.current()
        self.details_text.setPlainText(entry.details if entry is not None else "")
        self.details.setVisible(entry is not None and bool(entry.details))
