"""A list of the images in a file or plate, of which some are chosen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qtpy.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
)

from debcr_core.components import Part


class PartsDialog(QDialog):
    """Asks which of several images are to be opened.

    Parameters
    ----------
    path : Path
        The file or folder that holds them.
    parts : sequence of Part
        The images.
    most : int
        How many can be opened at once.

    Attributes
    ----------
    filter : QLineEdit
        Shows only the images in whose names its text is.
    list : QListWidget
        Their names, of which some are selected.
    open_selected, open_all : QPushButton
        Open those that are selected, or all that are shown.
    buttons : QDialogButtonBox
        These, and cancel.
    """

    def __init__(self, path: Path, parts: Sequence[Part], most: int) -> None:
        super().__init__(QApplication.activeWindow())
        self._parts, self._most = parts, most
        self.setWindowTitle(f"Open images of {path.name}")
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter by name")
        self.filter.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.addItems([part.name for part in parts])
        self.list.item(0).setSelected(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        role = QDialogButtonBox.ButtonRole
        self.open_selected = self.buttons.addButton("Open", role.AcceptRole)
        self.open_all = self.buttons.addButton("Open all", role.ActionRole)
        self._lay_out(QLabel(self._question(path)))
        self._connect()
        self._update()

    def _question(self, path: Path) -> str:
        count = len(self._parts)
        limit = f" At most {self._most} at once: filter them by name." if count > self._most else ""
        return f"{path.name} holds {count} images. Which are to be opened?{limit}"

    def _lay_out(self, label: QLabel) -> None:
        label.setWordWrap(True)
        for widget, name in (
            (self.filter, "Filter of the images"),
            (self.list, "Images"),
            (self.open_selected, "Open the selected images"),
            (self.open_all, "Open all images that are shown"),
        ):
            widget.setAccessibleName(name)
            widget.setToolTip(name)
        layout = QVBoxLayout(self)
        for widget in (label, self.filter, self.list, self.buttons):
            layout.addWidget(widget)

    def _connect(self) -> None:
        self.filter.textChanged.connect(self._show_matching)
        self.list.itemSelectionChanged.connect(self._update)
        self.list.itemDoubleClicked.connect(self.accept)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.open_all.clicked.connect(self._choose_all)

    def ask(self) -> Sequence[Part]:
        """Show it, and return the images that are chosen; none if it is cancelled."""
        accepted = self.exec() == QDialog.DialogCode.Accepted
        return self.chosen() if accepted else ()

    def chosen(self) -> Sequence[Part]:
        """Return the images that are shown and selected."""
        rows = [self.list.row(item) for item in self._shown() if item.isSelected()]
        return [self._parts[row] for row in rows]

    def _shown(self) -> list[QListWidgetItem]:
        items = [self.list.item(row) for row in range(self.list.count())]
        return [item for item in items if not item.isHidden()]

    def _show_matching(self, text: str) -> None:
        for row in range(self.list.count()):
            item = self.list.item(row)
            item.setHidden(text.casefold() not in item.text().casefold())
        self._update()

    def _choose_all(self) -> None:
        for item in self._shown():
            item.setSelected(True)
        self.accept()

    def _update(self) -> None:
        """Offer what can be opened: something, and not too much."""
        shown = len(self._shown())
        self.open_selected.setEnabled(0 < len(self.chosen()) <= self._most)
        self.open_all.setEnabled(0 < shown <= self._most)
        self.open_all.setText(f"Open all {shown}")
        self.open_all.setToolTip(
            f"Open all images that are shown: at most {self._most} at once. Filter them by name."
        )
