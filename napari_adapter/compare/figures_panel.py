"""Figures of before and after against a truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QApplication,
    QCheckBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from debcr_core.errors import UsageError
from napari_adapter.buttons import button
from napari_adapter.compare.column import column
from napari_adapter.compare.comparable import images_of
from napari_adapter.compare.figures import USUAL, Row, measured
from napari_adapter.compare.table import Table

if TYPE_CHECKING:
    from debcr_core.components import Metric
    from napari_adapter.compare.chosen import Chosen, Layers
    from napari_adapter.compare.jobs import Jobs
    from napari_adapter.context import Context

LIST_HEIGHT = 96


class FiguresPanel(QWidget):
    """Metrics to tick, and a table of what they say.

    Parameters
    ----------
    context : Context
        The log.
    chosen : Chosen
        The layers.
    jobs : Jobs
        Measures.

    Attributes
    ----------
    metrics : QListWidget
        What is installed.
    match : QCheckBox
        Whether scale and offset are fitted to the truth first.
    table : Table
        The figures.
    """

    def __init__(self, context: Context, chosen: Chosen, jobs: Jobs) -> None:
        super().__init__()
        self._context, self._chosen, self._jobs = context, chosen, jobs
        self._classes: dict[str, type[Metric]] = {}
        self.metrics = QListWidget()
        self.metrics.setAccessibleName("Metrics")
        self.metrics.setToolTip("What is measured.")
        self.metrics.setMaximumHeight(LIST_HEIGHT)
        self.match = QCheckBox("Match scale and offset first")
        self.match.setAccessibleName(self.match.text())
        self.match.setToolTip(
            "For images of different instruments, or in different units: the best scale × image + "
            "offset towards the truth is measured, and both numbers are told."
        )
        self.measure = button(
            "Measure",
            "Measure before and after against the truth; without one, what needs none.",
            self._measure,
        )
        self.copy = button("Copy", "Copy the table, for a spreadsheet.", self._copy)
        self.copy.setEnabled(False)
        self.table = Table("Figures")
        row = QHBoxLayout()
        row.addWidget(self.measure)
        row.addWidget(self.copy)
        layout = column(self)
        layout.addWidget(self.metrics)
        layout.addWidget(self.match)
        layout.addLayout(row)
        layout.addWidget(self.table)
        chosen.changed.connect(self._forget)

    def offer(self, classes: list[type[Metric]]) -> None:
        """List the metrics that there are; the usual ones are ticked."""
        self._classes = {kind.name: kind for kind in classes}
        self.metrics.clear()
        for name, kind in self._classes.items():
            item = QListWidgetItem(name)
            item.setToolTip((kind.__doc__ or "").partition("\n")[0])
            ticked = Qt.CheckState.Checked if name in USUAL else Qt.CheckState.Unchecked
            item.setCheckState(ticked)
            self.metrics.addItem(item)

    def _ticked(self) -> list[Metric]:
        items = [self.metrics.item(number) for number in range(self.metrics.count())]
        names = [item.text() for item in items if item.checkState() == Qt.CheckState.Checked]
        if not names:
            raise UsageError("No metric is ticked: tick one at least.")
        return [self._classes[name]() for name in names]

    def _measure(self) -> None:
        try:
            layers, metrics = self._chosen.named(), self._ticked()
        except UsageError as error:
            self._context.log.error(error)
            return
        truth, match = self._chosen.layer("truth"), self.match.isChecked()

        def do() -> list[Row]:
            images = images_of(layers if truth is None else {**layers, "truth": truth})
            reference = images.pop("truth", None)
            return measured(images, reference, metrics, match)

        columns = {role.capitalize(): layer.name for role, layer in layers.items()}
        asked = self._chosen.all
        self._jobs.begin(
            "Measuring", do, lambda rows: self._show(columns, rows, of=asked), failed=self._forget
        )

    def _forget(self) -> None:
        """Show no figures of other layers than those that are chosen."""
        self.table.empty()
        self.copy.setEnabled(False)

    def _show(self, columns: dict[str, str], rows: list[Row], *, of: Layers) -> None:
        if of != self._chosen.all:
            return
        self.table.fill(columns, [row.cells for row in rows])
        self.copy.setEnabled(True)

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.table.text())
