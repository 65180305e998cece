"""Say which axis of a layer is which, where the layer does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QLineEdit

from debcr_core.errors import DebcrError
from napari_adapter.images.axes import WORDS, axes_of
from napari_adapter.images.facts import KEY, facts_of
from napari_adapter.images.from_layer import image_of

if TYPE_CHECKING:
    from napari.layers import Image

    from napari_adapter.log.log import Log

KNOWN = {word for words in WORDS.values() for word in words}


class AxesField(QLineEdit):
    """Shows the axes that are guessed for a layer; what is typed is kept with the layer.

    Parameters
    ----------
    log : Log
        Told of axes that do not fit.
    """

    changed = Signal()

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log
        self._layers: list[Image] = []
        self.setAccessibleName("Axes")
        self.setToolTip(
            "One letter for each axis of the layer: t (time), c (channel), z (depth), y, x. The "
            "layer does not say which axis is which; this is a guess."
        )
        self.editingFinished.connect(self._take)

    def offer(self, layers: Sequence[Image]) -> bool:
        """Show the axes of the first layer that does not name them, and say whether there is one.

        What is typed holds for all of these that have as many axes.
        """
        nameless = [layer for layer in layers if not names_axes(layer)]
        self._layers = [layer for layer in nameless if layer.ndim == nameless[0].ndim]
        if self._layers:
            self.setText(_guess(self._layers[0]))
        return bool(self._layers)

    def _take(self) -> None:
        axes = self.text().strip().lower()
        if not self._layers or axes == _guess(self._layers[0]):
            return
        try:
            for layer in self._layers:
                image_of(layer, axes=axes)
        except DebcrError as error:
            self._log.error(error)
            self.setText(_guess(self._layers[0]))
            return
        for layer in self._layers:
            layer.metadata[KEY] = {**facts_of(layer), "axes": axes}
        self.changed.emit()


def names_axes(layer: Image) -> bool:
    """Say whether it is known which axis of a layer is which, without a guess."""
    facts = facts_of(layer)
    if layer.rgb or layer.ndim == 2 or "source" in facts or "record" in facts:
        return True
    return all(str(label).strip().lower() in KNOWN for label in layer.axis_labels)


def _guess(layer: Image) -> str:
    try:
        return axes_of(layer)
    except DebcrError:
        return ""
