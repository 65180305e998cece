"""The queue as Qt's tables want it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qtpy.QtCore import QAbstractTableModel, QModelIndex, Qt

from napari_adapter.batch.queue import Item, Queue

HEADERS = ("Image", "State")
TOP = QModelIndex()


class QueueModel(QAbstractTableModel):
    """A row for each item: its name, and how far it is. Only rows that are seen are asked for.

    Parameters
    ----------
    queue : Queue
        What is shown.
    """

    def __init__(self, queue: Queue) -> None:
        super().__init__()
        self._queue = queue

    def rowCount(self, parent: QModelIndex = TOP) -> int:  # noqa: N802
        """Return the number of items."""
        return 0 if parent.isValid() else len(self._queue.items)

    def columnCount(self, parent: QModelIndex = TOP) -> int:  # noqa: N802
        """Return the number of columns."""
        return 0 if parent.isValid() else len(HEADERS)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the title of a column."""
        across = orientation == Qt.Orientation.Horizontal
        return HEADERS[section] if across and role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows and says."""
        if not index.isValid():
            return None
        item = self._queue.items[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return item.name if index.column() == 0 else in_words(item)
        if role == Qt.ItemDataRole.ToolTipRole:
            return details_of(item)
        return None

    def extend(self, items: list[Item]) -> None:
        """Put items at the end."""
        count = len(self._queue.items)
        if items:
            self.beginInsertRows(TOP, count, count + len(items) - 1)
            self._queue.extend(items)
            self.endInsertRows()

    def remove(self, items: Iterable[Item]) -> None:
        """Take items out, but for what is being worked on."""
        self.beginResetModel()
        self._queue.remove(items)
        self.endResetModel()

    def refresh(self, item: Item | None = None) -> None:
        """Show how an item stands now, or all of them."""
        items = self._queue.items
        if item is not None and item not in items:
            return
        first = 0 if item is None else items.index(item)
        last = len(items) - 1 if item is None else first
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(HEADERS) - 1))


def in_words(item: Item) -> str:
    """Return how far an item is, in a few words."""
    standing = item.standing
    if standing.state == "working":
        return f"working, {int(100 * standing.share)} %"
    if standing.state == "done" and standing.warnings:
        count = len(standing.warnings)
        return f"done, {count} warning{'s' * (count > 1)}"
    # The name stands beside it.
    sentence = standing.sentence.removeprefix(item.place).lstrip(": ")
    return f"{standing.state}: {sentence}" if sentence else standing.state


def details_of(item: Item) -> str:
    """Return all that there is to say of an item, a line each."""
    standing = item.standing
    lines = [item.place, f"→ {standing.output}" if standing.output else "", standing.sentence]
    return "\n".join([*filter(None, lines), *standing.warnings])


def remarks_on(item: Item) -> str:
    """Return what its row does not show of an item, a line each."""
    standing = item.standing
    lines = [f"→ {standing.output.name}" if standing.output else item.place, standing.sentence]
    return "\n".join([*filter(None, lines), *standing.warnings])
