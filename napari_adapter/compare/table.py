"""A table of figures that can be copied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem


class Table(QTableWidget):
    """Text in rows and columns; as high as its rows.

    Parameters
    ----------
    name : str
        What a screen reader says.
    """

    def __init__(self, name: str) -> None:
        super().__init__(0, 0)
        self._header: list[str] = []
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.hide()

    def fill(self, columns: Mapping[str, str], rows: Sequence[Sequence[str]]) -> None:
        """Show some rows in place of those before.

        Parameters
        ----------
        columns : mapping of str to str
            A short title for each column but the first, with what it is of: a layer's name.
        rows : sequence
            A label, and a cell for each column.
        """
        self._header = ["", *(f"{title}: {name}" for title, name in columns.items())]
        self.setColumnCount(len(self._header))
        self.setRowCount(len(rows))
        self.setHorizontalHeaderLabels(["", *columns])
        for x, text in enumerate(self._header):
            self.horizontalHeaderItem(x).setToolTip(text)
        for y, row in enumerate(rows):
            for x, text in enumerate(row):
                self.setItem(y, x, QTableWidgetItem(text))
        sections = self.horizontalHeader()
        sections.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        sections.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.resizeRowsToContents()
        heights = sum(self.rowHeight(number) for number in range(len(rows)))
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + heights + 4)
        self.show()

    def empty(self) -> None:
        """Show nothing: what was measured is no longer of what is chosen."""
        self.setRowCount(0)
        self.hide()

    def text(self) -> str:
        """Return the table with tabs between its columns, as spreadsheets take it."""
        rows = [
            [self.item(y, x).text() for x in range(self.columnCount())]
            for y in range(self.rowCount())
        ]
        return "\n".join("\t".join(row) for row in [self._header, *rows])
