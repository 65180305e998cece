"""The list of models, in which others can be typed."""

from __future__ import annotations

from html import escape

from qtpy.QtCore import QSignalBlocker, Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import QComboBox, QCompleter, QSizePolicy

from napari_adapter.models.strangers_text import shown

FEWEST = 12
"""Characters for which there is room in any case."""


class ModelNames(QComboBox):
    """Names, paths, URLs and ids: chosen from a list, or typed."""

    def __init__(self) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(FEWEST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # Of a path the end tells more than the beginning.
        self.view().setTextElideMode(Qt.TextElideMode.ElideLeft)
        # What is typed is what is meant, even where a longer name begins with it.
        self.completer().setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        # It would take a bundle that is dropped for a text.
        self.lineEdit().setAcceptDrops(False)
        self.lineEdit().setPlaceholderText("name, file, URL or zoo id")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Model")

    def set_names(self, names: list[str], current: str) -> None:
        """Offer some models, one of which is chosen; what is being typed stays."""
        typing = self.lineEdit().isModified() and self.hasFocus()
        typed = self.currentText()
        with QSignalBlocker(self):
            if names != [self.itemText(number) for number in range(self.count())]:
                self.clear()
                self.addItems(names)
            self.setCurrentText(typed if typing else current)
            self.lineEdit().setModified(typing)
        # HTML by its looks would be taken for such.
        said = "The model: choose one, or type a file, a folder, a URL or an id of the zoo."
        self.setToolTip(f"<qt>{said}<br>{escape(shown(current, 200))}</qt>")

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Leave the wheel to the area that scrolls: nobody means to change the model by it."""
        event.ignore()
