"""Choose one channel, or all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QComboBox

from debcr_core.errors import DebcrError
from debcr_core.image import COLOURS
from napari_adapter.images.axes import axes_of
from napari_adapter.images.facts import facts_of

if TYPE_CHECKING:
    from napari.layers import Image

ALL = "all, one by one"
COLOURED = "choose one, or all at once"
"""Of a photograph: most models restore intensities, not colours."""


class ChannelChooser(QComboBox):
    """The channels of the first layer that has several."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Channel")
        self.setToolTip("Which channel is restored, where a layer has several.")
        self.currentIndexChanged.connect(lambda _: self.changed.emit())

    def offer(self, layers: Sequence[Image]) -> bool:
        """Offer the channels of layers, and say whether there are several."""
        names = next((found for layer in layers if len(found := channels_of(layer)) > 1), [])
        every = COLOURED if names == [*COLOURS] else ALL
        chosen, shown = self.currentText(), [every, *names]
        if shown != [self.itemText(row) for row in range(self.count())]:
            blocked = self.blockSignals(True)
            self.clear()
            self.addItems(shown)
            self.setCurrentText(chosen if chosen in shown else every)
            self.blockSignals(blocked)
        return bool(names)

    def channel(self) -> str | None:
        """Return the number of the channel, None for all."""
        row = self.currentIndex()
        return str(row - 1) if row > 0 else None


def channels_of(layer: Image) -> list[str]:
    """Return what the channels of a layer are called."""
    try:
        axes = axes_of(layer)
    except DebcrError:
        return []
    if "c" not in axes:
        return []
    if layer.rgb:
        return list(COLOURS)
    shape = layer.data[0].shape if layer.multiscale else layer.data.shape
    count = shape[axes.index("c")]
    names = facts_of(layer).get("channels") or [f"channel {number}" for number in range(count)]
    return [str(name) for name in names]
