"""Combo boxes that choose the layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QSignalBlocker
from qtpy.QtWidgets import QComboBox, QFormLayout, QWidget

from napari_adapter.compare.chosen import Chosen

if TYPE_CHECKING:
    from napari.layers import Image

NONE = "(none)"
MEANING = {
    "before": "The layer before restoration.",
    "after": "The layer after restoration.",
    "truth": "The layer that both should resemble, where there is one: only figures and the "
    "Fourier ring correlation need it.",
}


class Chooser(QWidget):
    """A combo box for each of before, after and truth; they follow the viewer's layers.

    Parameters
    ----------
    chosen : Chosen
        What is chosen.

    Attributes
    ----------
    boxes : dict of str to QComboBox
        By role.
    """

    def __init__(self, chosen: Chosen) -> None:
        super().__init__()
        self._chosen = chosen
        self._layers: list[Image] = []
        self.boxes = {role: self._box(role) for role in MEANING}
        layout = QFormLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        for role, box in self.boxes.items():
            layout.addRow(role.capitalize(), box)
        chosen.listed.connect(self._fill)
        chosen.changed.connect(self._fill)
        self._fill()

    def _box(self, role: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(role.capitalize())
        box.setToolTip(MEANING[role])
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(8)
        box.currentIndexChanged.connect(lambda index: self._choose(role, index))
        return box

    def _fill(self) -> None:
        self._layers = self._chosen.layers
        for role, box in self.boxes.items():
            with QSignalBlocker(box):
                box.clear()
                box.addItems([NONE, *(layer.name for layer in self._layers)])
                layer = self._chosen.layer(role)
                box.setCurrentIndex(self._layers.index(layer) + 1 if layer in self._layers else 0)

    def _choose(self, role: str, index: int) -> None:
        self._chosen.choose(**{role: self._layers[index - 1] if index > 0 else None})
