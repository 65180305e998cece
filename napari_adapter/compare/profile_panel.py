"""A line that is drawn, and the intensities along it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from qtpy.QtWidgets import QApplication, QHBoxLayout, QWidget

from debcr_core.errors import DebcrError
from napari_adapter.buttons import button, toggle
from napari_adapter.compare.chosen import ROLES
from napari_adapter.compare.column import column
from napari_adapter.compare.drawing import LineDrawing
from napari_adapter.compare.line_plot import LinePlot
from napari_adapter.compare.profile import Profile, profile_along
from napari_adapter.compare.window import place_of

if TYPE_CHECKING:
    from napari_adapter.compare.chosen import Chosen
    from napari_adapter.context import Context


class ProfilePanel(QWidget):
    """Intensities of before, after and truth along a line.

    Parameters
    ----------
    context : Context
        The viewer, work in the background and the log.
    chosen : Chosen
        The layers.

    Attributes
    ----------
    draw : QPushButton
        Down while a line can be drawn.
    plot : LinePlot
        The curves.
    profile : Profile or None
        What is shown.
    """

    def __init__(self, context: Context, chosen: Chosen) -> None:
        super().__init__()
        self._context, self._chosen = context, chosen
        self._works = context.works()
        self.drawing = LineDrawing(context.viewer, self._read)
        self.profile: Profile | None = None
        self.draw = toggle(
            "Draw a line",
            "Drag over the image: intensities along the line are shown, in the plane in view.",
            self._switch,
        )
        self.copy = button("Copy as CSV", "Copy the numbers as a table.", self._copy)
        self.copy.setEnabled(False)
        self.plot = LinePlot()
        row = QHBoxLayout()
        row.addWidget(self.draw)
        row.addWidget(self.copy)
        layout = column(self)
        layout.addLayout(row)
        layout.addWidget(self.plot)
        chosen.changed.connect(self._follow)

    def reset(self) -> None:
        """Take the line and the curves away."""
        self.drawing.end()
        self._works.stop()
        self.draw.setChecked(False)
        self._show(None)

    def _switch(self, on: bool) -> None:
        if not on:
            self.reset()
            return
        try:
            layer = next(iter(self._chosen.named().values()))
            self.drawing.begin(layer)
        except DebcrError as error:
            self.draw.setChecked(False)
            self._context.log.error(error)

    def _follow(self) -> None:
        """Read other layers along the same line, or stop where there are none."""
        if not any(self._chosen.layer(role) for role in ROLES):
            self.reset()
        else:
            self._read()

    def _read(self) -> None:
        if self.drawing.ends is None:
            return
        viewer = self._context.viewer
        shown = list(viewer.dims.displayed)
        start, end = (np.array(viewer.dims.point, np.float64) for _ in range(2))
        for point, drawn in zip((start, end), self.drawing.ends, strict=True):
            point[shown] = np.array(drawn)[shown]
        layers = {role: self._chosen.layer(role) for role in ROLES}
        places = {
            f"{role}: {layer.name}": place_of(viewer, layer, (start, end))
            for role, layer in layers.items()
            if layer is not None
        }
        length = float(np.linalg.norm(end - start))
        unit = next(str(layer.units[-1]) for layer in layers.values() if layer is not None)
        self._works.stop()
        self._works.begin(lambda _: profile_along(places, length, unit), done=self._show)

    def _show(self, profile: Profile | None) -> None:
        self.profile = profile
        self.copy.setEnabled(profile is not None)
        self.plot.show_profile(profile)

    def _copy(self) -> None:
        if self.profile is not None:
            QApplication.clipboard().setText(self.profile.as_csv())
