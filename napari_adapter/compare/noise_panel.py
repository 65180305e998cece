"""Noise where the image is clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QWidget

from debcr_core.errors import DebcrError
from napari_adapter.buttons import toggle
from napari_adapter.compare.column import column
from napari_adapter.compare.drawing import Clicks, Point
from napari_adapter.compare.noise import ASSUMED, FEWEST, SURROUNDINGS, Noise, noise_of
from napari_adapter.compare.table import Table
from napari_adapter.compare.window import place_of, values_around

if TYPE_CHECKING:
    from napari_adapter.compare.chosen import Chosen
    from napari_adapter.context import Context

USUAL, LARGEST = 32, 256
"""Side of the neighbourhood in pixels."""


class NoisePanel(QWidget):
    """Mean, variance and estimated photons around a point that is clicked.

    Parameters
    ----------
    context : Context
        The viewer, work in the background and the log.
    chosen : Chosen
        The layers.

    Attributes
    ----------
    measure : QPushButton
        Down while clicks measure.
    side : QSpinBox
        Side of the neighbourhood.
    table : Table
        What was measured.
    """

    def __init__(self, context: Context, chosen: Chosen) -> None:
        super().__init__()
        self._context, self._chosen = context, chosen
        self._works = context.works()
        self.clicks = Clicks(context.viewer, self._clicked)
        self.measure = toggle(
            "Measure where I click",
            "Click in the image: mean, variance and estimated photons around, in the plane in "
            "view.",
            self._switch,
        )
        self.side = QSpinBox()
        self.side.setRange(FEWEST, LARGEST)
        self.side.setValue(USUAL)
        self.side.setSuffix(" px")
        self.side.setAccessibleName("Side of the neighbourhood")
        self.side.setToolTip("Side of the square around the point.")
        self.table = Table("Noise at the point")
        self.note = QLabel(ASSUMED)
        self.note.setWordWrap(True)
        self.note.hide()
        row = QHBoxLayout()
        row.addWidget(self.measure)
        row.addWidget(self.side)
        layout = column(self)
        layout.addLayout(row)
        layout.addWidget(self.table)
        layout.addWidget(self.note)
        chosen.changed.connect(self._forget)

    def reset(self) -> None:
        """Leave the mouse to others."""
        self.clicks.end()
        self._works.stop()
        self.measure.setChecked(False)

    def _forget(self) -> None:
        """Show nothing of other layers than those that are chosen."""
        self._works.stop()
        self.table.empty()
        self.note.hide()

    def _switch(self, on: bool) -> None:
        if on:
            self.clicks.begin()
        else:
            self.reset()

    def _clicked(self, point: Point) -> None:
        try:
            layers = self._chosen.named()
        except DebcrError as error:
            self._context.log.error(error)
            return
        side = self.side.value()
        places = {
            role: place_of(self._context.viewer, layer, [point]) for role, layer in layers.items()
        }

        def do(_: object) -> dict[str, Noise]:
            return {
                name: noise_of(values_around(place, side), values_around(place, SURROUNDINGS))
                for name, place in places.items()
            }

        self._works.stop()
        columns = {role.capitalize(): layer.name for role, layer in layers.items()}
        self._works.begin(do, done=lambda found: self._show(columns, found), failed=self._failed)

    def _failed(self, error: Exception) -> None:
        self._forget()
        self._context.log.error(error)

    def _show(self, columns: dict[str, str], found: dict[str, Noise]) -> None:
        rows: dict[str, list[float | None]] = {
            "mean": [noise.mean for noise in found.values()],
            "variance": [noise.variance for noise in found.values()],
            "noise (std)": [noise.noise for noise in found.values()],
            "photons": [noise.photons for noise in found.values()],
        }
        cells = [
            [label, *("–" if value is None else f"{value:.4g}" for value in values)]
            for label, values in rows.items()
        ]
        self.table.fill(columns, cells)
        self.note.show()
