"""The image layers of the viewer, to be ticked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.compat import isalive
from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtWidgets import QListWidget, QListWidgetItem

from napari_adapter.images.facts import facts_of

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image, Layer

ROWS = 4
"""Layers that are seen at once."""
EMPTY = "There is no image layer: drag an image into the viewer, or open one by “Add file…”."


class LayerList(QListWidget):
    """Lists the image layers, the topmost first, and follows them; those ticked are restored.

    Parameters
    ----------
    viewer : napari.Viewer
        Whose layers.

    Attributes
    ----------
    changed : Signal
        Emitted when other layers are ticked, or the pixels or places of a ticked one changed.
    """

    changed = Signal()

    def __init__(self, viewer: ViewerModel) -> None:
        super().__init__()
        self._viewer = viewer
        self._layers: list[Image] = []
        self.setAccessibleName("Image layers to restore")
        self.setToolTip("Tick the image layers that are to be restored.")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        # Tab goes on to the next control; arrows and space tick.
        self.setTabKeyNavigation(False)
        self.itemChanged.connect(lambda _: self.changed.emit())
        self._follow()
        self._fill()

    def ticked(self) -> list[Image]:
        """Return the layers that are ticked, in the viewer's order: the lowest first."""
        rows = zip(self._layers, self._items(), strict=True)
        return [layer for layer, item in reversed(list(rows)) if _is_ticked(item)]

    def tick(self, layer: Image, ticked: bool = True) -> None:
        """Tick a layer, or take its tick away."""
        state = Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        self._items()[self._layers.index(layer)].setCheckState(state)

    def tick_only(self, layers: list[Image]) -> None:
        """Tick some layers and no others."""
        for layer in self._layers:
            self.tick(layer, layer in layers)

    def __contains__(self, layer: object) -> bool:
        return layer in self._layers

    def sizeHint(self) -> QSize:  # noqa: N802
        """Ask for the height of some rows: the tab has more to show."""
        row = max(self.sizeHintForRow(0), self.fontMetrics().height() + 4)
        return QSize(120, ROWS * row + 2 * self.frameWidth())

    def _items(self) -> list[QListWidgetItem]:
        return [self.item(row) for row in range(self.count())]

    def _follow(self) -> None:
        events = self._viewer.layers.events
        emitters = (events.inserted, events.removed, events.reordered)
        for emitter in emitters:
            emitter.connect(self._refill)

    def _refill(self, _: Any = None) -> None:
        """List the layers anew, ticked as before; the first one that comes is ticked."""
        # The viewer outlives the widget.
        if not isalive(self):
            return
        self._fill(self.ticked() if self._layers else None)
        self.changed.emit()

    def _fill(self, ticked: list[Image] | None = None) -> None:
        for layer in self._layers:
            self._disconnect(layer)
        self._layers = [layer for layer in reversed(self._viewer.layers) if is_input(layer)]
        ticked = self._layers[-1:] if ticked is None else ticked
        blocked = self.blockSignals(True)
        self.clear()
        for layer in self._layers:
            item = QListWidgetItem(layer.name)
            item.setToolTip(layer.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            chosen = layer in ticked
            item.setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
            self.addItem(item)
            self._connect(layer)
        self.blockSignals(blocked)

    def _connect(self, layer: Image) -> None:
        layer.events.name.connect(self._renamed)
        for name in CHANGES:
            getattr(layer.events, name).connect(self._changed)

    def _disconnect(self, layer: Image) -> None:
        layer.events.name.disconnect(self._renamed)
        for name in CHANGES:
            getattr(layer.events, name).disconnect(self._changed)

    def _renamed(self, _: Any) -> None:
        blocked = self.blockSignals(True)
        for layer, item in zip(self._layers, self._items(), strict=True):
            item.setText(layer.name)
            item.setToolTip(layer.name)
        self.blockSignals(blocked)

    def _changed(self, event: Any) -> None:
        if event.source in self.ticked():
            self.changed.emit()


CHANGES = ("data", "scale", "units", "axis_labels")
"""What of a layer makes another image of it."""


def is_input(layer: Layer) -> bool:
    """Say whether a layer can be restored: an image, and no preview of ours."""
    from napari.layers import Image

    return isinstance(layer, Image) and not facts_of(layer).get("preview")


def _is_ticked(item: QListWidgetItem) -> bool:
    return bool(item.checkState() == Qt.CheckState.Checked)
