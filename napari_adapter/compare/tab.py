"""The tab: two layers are chosen, and compared in many ways."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtGui import QHideEvent, QShowEvent
from qtpy.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from napari_adapter.buttons import button
from napari_adapter.compare.chooser import Chooser
from napari_adapter.compare.chosen import Chosen
from napari_adapter.compare.column import column
from napari_adapter.compare.difference_panel import DifferencePanel
from napari_adapter.compare.figures_panel import FiguresPanel
from napari_adapter.compare.flicker import Flicker
from napari_adapter.compare.flicker_key import FlickerKey
from napari_adapter.compare.jobs import Jobs
from napari_adapter.compare.noise_panel import NoisePanel
from napari_adapter.compare.plot_panel import PlotPanel
from napari_adapter.compare.profile_panel import ProfilePanel
from napari_adapter.compare.side_by_side import SideBySide
from napari_adapter.compare.view_panel import ViewPanel
from napari_adapter.compare.views import Views
from napari_adapter.compare.wipe import Wipe
from napari_adapter.fold import Fold
from napari_adapter.leaving import Leaving

if TYPE_CHECKING:
    from debcr_core.components import Metric
    from napari_adapter.context import Context


class CompareTab(QWidget):
    """Compare a layer before restoration with one after, and both with a truth.

    What is changed in the viewer for that is given back when the tab is left.

    Parameters
    ----------
    context : Context
        What the tabs share.

    Attributes
    ----------
    chosen : Chosen
        The layers.
    chooser, view, difference, profile, figures, plot, noise : QWidget
        The parts.
    reset : QPushButton
        Ends all views.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        viewer = context.viewer
        self.chosen = Chosen(viewer)
        self.wipe, self.flicker = Wipe(viewer), Flicker(viewer)
        self.side_by_side = SideBySide(viewer)
        self.views = Views(self.chosen, context.log)
        self._key = FlickerKey(self.views, self.flicker)
        self._jobs, self._works = Jobs(context), context.works()
        self._listed = False
        self.chooser = Chooser(self.chosen)
        self.view = ViewPanel(self.views, self.wipe, self.flicker, self.side_by_side)
        self.difference = DifferencePanel(context, self.chosen, self.views, self._jobs)
        self.profile = ProfilePanel(context, self.chosen)
        self.figures = FiguresPanel(context, self.chosen, self._jobs)
        self.plot = PlotPanel(context, self.chosen, self._jobs)
        self.noise = NoisePanel(context, self.chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scrolled(), 1)
        layout.addWidget(self._bottom())
        # Of the tab itself nothing may be used then.
        ends = (
            self.views.abandon,
            self._key.unbind,
            self.chosen.unwatch,
            self.profile.drawing.end,
            self.noise.clicks.end,
        )
        self._leaving = Leaving(self, partial(_call_all, ends))

    def _scrolled(self) -> QScrollArea:
        content = QWidget()
        parts = column(content)
        parts.addWidget(self.chooser)
        parts.addWidget(self.view)
        for title, part in {
            "Difference": self.difference,
            "Line profile": self.profile,
            "Figures against the truth": self.figures,
            "Plot against the truth": self.plot,
            "Noise at a point": self.noise,
        }.items():
            parts.addWidget(Fold(title, part))
        parts.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        # What is scrolled to is reached through its content.
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(content)
        return area

    def _bottom(self) -> QWidget:
        bottom = QWidget()
        row = QHBoxLayout(bottom)
        row.setContentsMargins(6, 2, 6, 4)
        self.status = QLabel()
        self.status.setWordWrap(True)
        self.status.setAccessibleName("Status")
        self.cancel = button("Cancel", "Stop the calculation that goes on.", self._jobs.cancel)
        self.cancel.setEnabled(False)
        self.reset = button(
            "Reset view",
            "End the wipe, flicker, side by side view, line and clicks: all looks as before.",
            self.leave,
        )
        row.addWidget(self.status, 1)
        row.addWidget(self.cancel)
        row.addWidget(self.reset)
        self._jobs.changed.connect(self._say)
        return bottom

    def _say(self, said: str, goes_on: bool) -> None:
        self.status.setText(said)
        self.cancel.setEnabled(goes_on)

    def leave(self) -> None:
        """Give back all that was changed in the viewer."""
        self.views.end()
        self.profile.reset()
        self.noise.reset()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Follow the viewer while the tab is seen."""
        super().showEvent(event)
        self.chosen.watch()
        self._key.bind()
        if not self._listed:
            self._listed = True
            self._works.begin(
                lambda _: self._context.engine.plugins.classes("metric"), done=self._offer
            )

    def _offer(self, classes: list[type[Metric]]) -> None:
        self.figures.offer(classes)
        self.plot.offer(classes)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Give back all when the tab is left; not when the window is merely minimised."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.leave()
            self._key.unbind()
            self.chosen.unwatch()


def _call_all(calls: Iterable[Callable[[], None]]) -> None:
    for call in calls:
        call()
