"""A list of what was told."""

from __future__ import annotations

from qtpy.QtCore import QRect, QSize, Qt, Signal
from qtpy.QtGui import QKeyEvent, QKeySequence, QResizeEvent
from qtpy.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QStyle

from napari_adapter.log.log import LONGEST, Entry, Level

ICONS: dict[Level, QStyle.StandardPixmap] = {
    "info": QStyle.StandardPixmap.SP_MessageBoxInformation,
    "warning": QStyle.StandardPixmap.SP_MessageBoxWarning,
    "error": QStyle.StandardPixmap.SP_MessageBoxCritical,
}
ROLE = Qt.ItemDataRole.UserRole
BESIDE = 50
"""Pixels beside the text: icon, margins and scroll bar."""
HIGHEST = 2000
"""Pixels of one entry."""


class EntryList(QListWidget):
    """Entries with time, level and sentence, broken into lines as wide as the list is.

    Attributes
    ----------
    copied : Signal
        Emitted where the usual key for copying is pressed.
    """

    copied = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Log")
        self.setToolTip("What was told, the newest last.")
        self.setWordWrap(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def add(self, entry: Entry, *, shown: bool) -> None:
        """List an entry, shown or hidden; the oldest goes where there are too many."""
        bar = self.verticalScrollBar()
        at_end = bar.value() == bar.maximum()
        item = QListWidgetItem(f"{entry.time:%H:%M:%S}  {entry.level}\n{entry.sentence}")
        item.setIcon(self.style().standardIcon(ICONS[entry.level]))
        item.setData(ROLE, entry)
        self._measure(item)
        if self.count() >= LONGEST:
            self.takeItem(0)
        self.addItem(item)
        item.setHidden(not shown)
        if at_end:
            self.scrollToBottom()

    def show_levels(self, levels: set[Level]) -> None:
        """Show the entries of some levels, and hide the others."""
        for item in self._items():
            item.setHidden(_entry(item).level not in levels)

    def listed(self) -> list[Entry]:
        """Return the entries that are not hidden."""
        return [_entry(item) for item in self._items() if not item.isHidden()]

    def selected(self) -> list[Entry]:
        """Return the entries that are selected and not hidden, in their order."""
        items = self._items()
        return [_entry(item) for item in items if item.isSelected() and not item.isHidden()]

    def current(self) -> Entry | None:
        """Return the entry where the keyboard is."""
        item = self.currentItem()
        return None if item is None or item.isHidden() else _entry(item)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Copy by the usual key."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copied.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Break lines anew."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            for item in self._items():
                self._measure(item)

    def _items(self) -> list[QListWidgetItem]:
        return [self.item(row) for row in range(self.count())]

    def _measure(self, item: QListWidgetItem) -> None:
        # Else Qt breaks the lines of all entries for each one that is added: 40 ms at a thousand.
        width = max(self.viewport().width() - BESIDE, BESIDE)
        room = QRect(0, 0, width, HIGHEST)
        height = (
            self.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, item.text()).height()
        )
        item.setSizeHint(QSize(width, height + 8))


def _entry(item: QListWidgetItem) -> Entry:
    entry: Entry = item.data(ROLE)
    return entry
