"""The list of images: files are dropped onto it, and the Delete key takes images out."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import (
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
)
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from napari_adapter.batch.queue import Item, Queue
from napari_adapter.batch.queue_model import QueueModel

HINT = "Drop files and folders here,\nor add them with the buttons below."
LEAST_HEIGHT = 130


class QueueView(QTableView):
    """Shows a queue; a hint where it is empty.

    Parameters
    ----------
    queue : Queue
        What is shown.

    Attributes
    ----------
    dropped : Signal
        Emitted with a list of paths.
    delete_pressed : Signal
        Emitted without arguments.
    """

    dropped = Signal(list)
    delete_pressed = Signal()

    def __init__(self, queue: Queue) -> None:
        super().__init__()
        self._queue = queue
        self.rows = QueueModel(queue)
        self.setModel(self.rows)
        self.setAccessibleName("Images to restore")
        self.setToolTip("Images that are restored one after the other; drop files here.")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DropOnly)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setMinimumHeight(LEAST_HEIGHT)
        # Of heights that are all alike, none has to be asked for.
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)

    def chosen(self) -> list[Item]:
        """Return the items whose rows are selected, in their order."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._queue.items[row] for row in rows]

    def current(self) -> Item | None:
        """Return the item at the cursor."""
        row = self.currentIndex().row()
        return self._queue.items[row] if 0 <= row < len(self._queue.items) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Tell of the keys that take rows out."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take files."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: N802
        """Take them wherever they are dropped."""
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Tell of the files."""
        paths = [url.toLocalFile() for url in event.mimeData().urls()]
        event.acceptProposedAction()
        self.dropped.emit([Path(path) for path in paths if path])

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the rows, or what to do."""
        super().paintEvent(event)
        if not self._queue.items:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().text().color())
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, HINT)
