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

    Until the user ticks something, what came last is ticked, as it is what one goes on with; no
    result is, and of an image that is a layer for each channel all are.

    Parameters
    ----------
    viewer : napari.Viewer
        Whose layers.

    Attributes
    ----------
    changed : Signal
        Emitted when other layers are ticked, one of several is brought to the front, or the pixels
        or places of a ticked one changed.
    """

    changed = Signal()

    def __init__(self, viewer: ViewerModel) -> None:
        super().__init__()
        self._viewer = viewer
        self._layers: list[Image] = []
        self._by_hand = False
        self._front: Image | None = None
        self.setAccessibleName("Image layers to restore")
        self.setToolTip("Tick the image layers that are to be restored.")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        # Tab goes on to the next control; arrows and space tick.
        self.setTabKeyNavigation(False)
        self.itemChanged.connect(self._ticked_by_hand)
        self._follow()
        self._fill()

    def ticked(self) -> list[Image]:
        """Return the layers that are ticked, in the viewer's order: the lowest first."""
        rows = zip(self._layers, self._items(), strict=True)
        return [layer for layer, item in reversed(list(rows)) if _is_ticked(item)]

    def in_front(self) -> Image | None:
        """Return the ticked layer that was selected in the viewer last, else the lowest one."""
        ticked = self.ticked()
        return self._front if self._front in ticked else next(iter(ticked), None)

    def tick(self, layer: Image, ticked: bool = True) -> None:
        """Tick a layer, or take its tick away."""
        self._by_hand = True
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
        for emitter in (events.inserted, events.removed, events.reordered):
            emitter.connect(self._refill)
        self._viewer.layers.selection.events.active.connect(self._activated)

    def _ticked_by_hand(self, _: QListWidgetItem) -> None:
        self._by_hand = True
        self.changed.emit()

    def _activated(self, event: Any) -> None:
        """Bring another of several ticked layers to the front."""
        # The viewer outlives the widget.
        if not isalive(self):
            return
        ticked = self.ticked()
        if event.value in ticked and event.value is not self.in_front():
            self._front = event.value
            self.changed.emit()

    def _refill(self, _: Any = None) -> None:
        """List the layers anew."""
        if not isalive(self):
            return
        self._fill()
        self.changed.emit()

    def _fill(self) -> None:
        before, ticked = self._layers, self.ticked()
        for layer in before:
            self._disconnect(layer)
        self._layers = [layer for layer in reversed(self._viewer.layers) if is_input(layer)]
        self._by_hand = self._by_hand and bool(self._layers)
        self._front = self._front if self._front in self._layers else None
        if not self._by_hand:
            ticked = self._first_choice(before, [each for each in ticked if each in self._layers])
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

    def _first_choice(self, before: list[Image], ticked: list[Image]) -> list[Image]:
        """Return what is ticked for the user: what came last; of much at once, what is selected."""
        originals = [layer for layer in self._layers if "record" not in facts_of(layer)]
        new = [layer for layer in originals if layer not in before]
        if ticked and not new:
            return ticked
        selected = [layer for layer in new if layer in self._viewer.layers.selection]
        first = next(iter([*selected, *new, *originals]), None)
        return [layer for layer in originals if layer is first or is_of_one_image(layer, first)]

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


def is_of_one_image(layer: Layer, other: Layer | None) -> bool:
    """Say whether two layers are two channels of one image."""
    if other is None or layer.data.shape != other.data.shape:
        return False
    one, another = facts_of(layer), facts_of(other)
    alike = all(one.get(key) == another.get(key) for key in ("of", "source"))
    return alike and "of" in one and one["channel"] != another["channel"]


def _is_ticked(item: QListWidgetItem) -> bool:
    return bool(item.checkState() == Qt.CheckState.Checked)
