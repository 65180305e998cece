"""The list of images with the buttons that fill and empty it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from napari.layers import Image
from psygnal import Signal
from qtpy.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from debcr_core.components import Part
from debcr_core.errors import DebcrError, UsageError
from napari_adapter.batch import asking
from napari_adapter.batch.finding import finding
from napari_adapter.batch.queue import Item, Queue
from napari_adapter.batch.queue_model import details_of, remarks_on
from napari_adapter.batch.queue_view import QueueView
from napari_adapter.buttons import button
from napari_adapter.context import Context
from napari_adapter.work import Work


class QueuePanel(QWidget):
    """Fills and empties a queue; folders are looked through in a thread.

    Parameters
    ----------
    context : Context
        The viewer whose layers are added.
    queue : Queue
        What is filled.

    Attributes
    ----------
    changed : Signal
        Emitted, without arguments, after images were added or removed, or a search has ended.
    """

    changed = Signal()

    def __init__(self, context: Context, queue: Queue) -> None:
        super().__init__()
        self._context, self._queue = context, queue
        self._works = context.works()
        self._searches: list[Work[list[DebcrError]]] = []
        self.view = QueueView(queue)
        self.details = QLabel()
        self.details.setWordWrap(True)
        self.details.setAccessibleName("About the image at the cursor")
        self.layers_button = button(
            "Add selected layers",
            "Add the layers that are selected in the viewer.",
            self.add_layers,
        )
        self.files_button = button(
            "Add files…", "Add image files; or drop them onto the list.", self._ask_files
        )
        self.folder_button = button(
            "Add folder…", "Add all images of a folder, or a plate.", self._ask_folder
        )
        self.remove_button = button(
            "Remove",
            "Take the selected images out of the list (Delete).",
            self._remove_chosen,
        )
        self.clear_button = button(
            "Clear", "Empty the list, but for what is being worked on.", self._clear
        )
        self.view.dropped.connect(self.add_paths)
        self.view.delete_pressed.connect(self._remove_chosen)
        self.view.selectionModel().currentRowChanged.connect(lambda *_: self._show_details())
        self._lay_out()

    @property
    def searching(self) -> bool:
        """Whether a folder is still looked through."""
        # Of one that was stopped as the widget was closed nothing is heard any more.
        return any(each.running or not each.stop.requested for each in self._searches)

    def add_paths(self, paths: Sequence[Path]) -> None:
        """Add the images that files and folders hold, as they are found."""
        search = self._works.begin(
            finding(paths, self._context.engine),
            told=self._add,
            done=self._tell,
            # What is called back is called later, in this thread: by then it has its name.
            ended=lambda: self._searched(search),
        )
        self._searches.append(search)
        self.changed.emit()

    def _searched(self, search: Work[list[DebcrError]]) -> None:
        # Its thread may still run for a moment.
        self._searches.remove(search)
        self.changed.emit()

    def add_layers(self) -> None:
        """Add the selected layers; what is none of intensities is left out, and said to be."""
        chosen = list(self._context.viewer.layers.selection)
        ordered = [layer for layer in self._context.viewer.layers if layer in chosen]
        images = [layer for layer in ordered if isinstance(layer, Image)]
        self._add(images)
        for layer in ordered:
            if layer not in images:
                self._context.log.error(
                    UsageError(f'"{layer.name}" is no image layer: it cannot be restored.')
                )
        if not ordered:
            self._context.log.error(UsageError("No layer is selected: select some first."))

    def stop(self) -> None:
        """Stop looking through folders; what was found stays."""
        for search in self._searches:
            search.stop.request()

    def refresh(self, item: Item | None = None) -> None:
        """Show how an item stands now, or all of them."""
        self.view.rows.refresh(item)
        if item is None or item is self.view.current():
            self._show_details()

    def _add(self, sources: Sequence[Part | Image]) -> None:
        self.view.rows.extend(self._queue.new(sources))
        self.changed.emit()

    def _tell(self, wrong: list[DebcrError]) -> None:
        for error in wrong:
            self._context.log.error(error)

    def _remove_chosen(self) -> None:
        row = self.view.currentIndex().row()
        self.view.rows.remove(self.view.chosen())
        self.view.selectRow(min(row, len(self._queue.items) - 1))
        self._show_details()
        self.changed.emit()

    def _clear(self) -> None:
        self.stop()
        self.view.rows.remove(list(self._queue.items))
        self._show_details()
        self.changed.emit()

    def _ask_files(self) -> None:
        paths = asking.ask_files(self)
        if paths:
            self.add_paths([Path(path) for path in paths])

    def _ask_folder(self) -> None:
        folder = asking.ask_folder(self, "Folder of images to restore")
        if folder:
            self.add_paths([Path(folder)])

    def _show_details(self) -> None:
        item = self.view.current()
        self.details.setText("" if item is None else remarks_on(item))
        self.details.setToolTip("" if item is None else details_of(item))
        self.details.setVisible(item is not None)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.addWidget(self.layers_button, 0, 0, 1, 2)
        grid.addWidget(self.files_button, 0, 2, 1, 1)
        for column, each in enumerate((self.folder_button, self.remove_button, self.clear_button)):
            grid.addWidget(each, 1, column)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view, stretch=1)
        layout.addWidget(self.details)
        layout.addLayout(grid)
        self.details.hide()
