"""Buttons for the ways to look at two layers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QSignalBlocker, Qt
from qtpy.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QWidget

from napari_adapter.buttons import toggle
from napari_adapter.compare.column import column
from napari_adapter.compare.flicker import Flicker
from napari_adapter.compare.flicker_key import KEY
from napari_adapter.compare.side_by_side import SideBySide
from napari_adapter.compare.wipe import Wipe

if TYPE_CHECKING:
    from napari_adapter.compare.views import View, Views

STEPS = 1000


class ViewPanel(QWidget):
    """Wipe, flicker and side by side, with what belongs to each.

    Parameters
    ----------
    views : Views
        Begins and ends them.
    wipe, flicker, side_by_side : View
        The ways to look.

    Attributes
    ----------
    buttons : dict of str to QPushButton
        Each is down while its view is on.
    slider : QSlider
        Where the wipe's line is.
    direction : QComboBox
        Whether it stands or lies.
    before : QPushButton
        Shows before in place of after, while the flicker is on.
    """

    def __init__(
        self, views: Views, wipe: Wipe, flicker: Flicker, side_by_side: SideBySide
    ) -> None:
        super().__init__()
        self._views, self._wipe, self._flicker = views, wipe, flicker
        self._views_by_name: dict[str, View] = {
            "Wipe": wipe,
            "Flicker": flicker,
            "Side by side": side_by_side,
        }
        hints = (
            "A line over the image, which can be dragged: before to its left, after to its right.",
            f"Before and after in turn, at the same place: hold {KEY} to see before.",
            "Before to the left and after to the right, panned and zoomed together.",
        )
        layout = column(self)
        row = QHBoxLayout()
        self.buttons = {}
        for (name, view), hint in zip(self._views_by_name.items(), hints, strict=True):
            self.buttons[name] = toggle(name, hint, partial(self._switch, view))
            row.addWidget(self.buttons[name])
        layout.addLayout(row)
        self._add_wipe_controls()
        self._add_flicker_controls()
        views.changed.connect(self._show)
        wipe.moved.connect(self._show)
        flicker.flicked.connect(self._show)
        self._show()

    def _add_wipe_controls(self) -> None:
        self._wipe_controls = QWidget()
        row = QHBoxLayout(self._wipe_controls)
        row.setContentsMargins(0, 0, 0, 0)
        self.direction = QComboBox()
        self.direction.addItems(["left | right", "above | below"])
        self.direction.setAccessibleName("Direction of the wipe")
        self.direction.setToolTip("Where before and after lie.")
        self.direction.currentIndexChanged.connect(lambda index: self._wipe.turn(index == 1))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.setAccessibleName("Position of the wipe")
        self.slider.setToolTip("Where the line is; it can be dragged in the image, too.")
        self.slider.valueChanged.connect(lambda value: self._wipe.move(value / STEPS))
        row.addWidget(self.direction)
        row.addWidget(self.slider, 1)
        self.layout().addWidget(self._wipe_controls)

    def _add_flicker_controls(self) -> None:
        self._flicker_controls = QWidget()
        row = QHBoxLayout(self._flicker_controls)
        row.setContentsMargins(0, 0, 0, 0)
        self.before = toggle("Show before", "Before in place of after.", self._flicker.show_before)
        self.hint = QLabel(f"or hold {KEY}")
        row.addWidget(self.before)
        row.addWidget(self.hint, 1)
        self.layout().addWidget(self._flicker_controls)

    def _switch(self, view: View, on: bool) -> None:
        if on:
            self._views.begin(view)
        else:
            self._views.end(view)

    def _show(self) -> None:
        current = self._views.current
        for name, view in self._views_by_name.items():
            self.buttons[name].setChecked(view is current)
        self._wipe_controls.setVisible(current is self._wipe)
        self._flicker_controls.setVisible(current is self._flicker)
        self.before.setChecked(self._flicker.shows_before)
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(self._wipe.share * STEPS))
