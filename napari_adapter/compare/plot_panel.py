"""The plot of a metric, such as the Fourier ring correlation."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtGui import QPixmap, QResizeEvent
from qtpy.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLabel, QSizePolicy, QWidget

from debcr_core.components import Metric
from debcr_core.errors import UsageError
from debcr_core.files.whole import whole_or_nothing
from napari_adapter.buttons import button
from napari_adapter.compare.column import column
from napari_adapter.compare.comparable import images_of

if TYPE_CHECKING:
    from napari.layers import Image

    from napari_adapter.compare.chosen import Chosen, Layers
    from napari_adapter.compare.jobs import Jobs
    from napari_adapter.context import Context
from napari_adapter.garbage import importing_much

USUAL = "frc"
"""Metric that is chosen at first."""


def ask_where(parent: QWidget) -> Path | None:
    """Ask for the file that a picture is saved to; None where the user does not want to."""
    name, _ = QFileDialog.getSaveFileName(parent, "Save the plot", "plot.png", "PNG (*.png)")
    return Path(name).with_suffix(".png") if name else None


class Picture(QLabel):
    """A picture as wide as its place."""

    def __init__(self) -> None:
        super().__init__()
        self._whole = QPixmap()
        self.setAccessibleName("Plot")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_png(self, png: bytes) -> None:
        """Show a picture."""
        self._whole.loadFromData(png)
        self.show()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep it as wide as its place."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if not self._whole.isNull():
            smooth = Qt.TransformationMode.SmoothTransformation
            fitted = self._whole.scaledToWidth(max(1, self.width()), smooth)
            self.setPixmap(fitted)
            self.setFixedHeight(fitted.height())


class PlotPanel(QWidget):
    """Draws the plot of a metric that has one, for before and after against the truth.

    Parameters
    ----------
    context : Context
        The log.
    chosen : Chosen
        The layers.
    jobs : Jobs
        Draws.

    Attributes
    ----------
    metric : QComboBox
        Which metric.
    picture : Picture
        The plot.
    png : bytes
        What is shown, as a file.
    """

    def __init__(self, context: Context, chosen: Chosen, jobs: Jobs) -> None:
        super().__init__()
        self._context, self._chosen, self._jobs = context, chosen, jobs
        self._classes: dict[str, type[Metric]] = {}
        self.png = b""
        self.metric = QComboBox()
        self.metric.setAccessibleName("Metric to plot")
        self.metric.setToolTip("Metrics that have a plot.")
        self.plot = button(
            "Plot",
            "Draw a curve for before and one for after, against the truth. It can be a second "
            "exposure of the same field: then the curve of before is that exposure's resolution.",
            self._plot,
        )
        self.save = button("Save…", "Save the plot as a PNG.", self._save)
        self.save.setEnabled(False)
        self.picture = Picture()
        row = QHBoxLayout()
        row.addWidget(self.metric, 1)
        row.addWidget(self.plot)
        row.addWidget(self.save)
        layout = column(self)
        layout.addLayout(row)
        layout.addWidget(self.picture)
        chosen.changed.connect(self._forget)

    def offer(self, classes: list[type[Metric]]) -> None:
        """List the metrics that have a plot."""
        self._classes = {kind.name: kind for kind in classes if kind.plot is not Metric.plot}
        self.metric.clear()
        self.metric.addItems(list(self._classes))
        self.metric.setCurrentIndex(max(0, self.metric.findText(USUAL)))

    def _plot(self) -> None:
        try:
            layers, truth = self._chosen.named(), self._truth()
            metric = self._metric()
        except UsageError as error:
            self._context.log.error(error)
            return
        asked = self._chosen.all
        self._jobs.begin(
            "Plotting",
            lambda: _png(metric, {**layers, "truth": truth}),
            lambda png: self._show(png, of=asked),
            failed=self._forget,
        )

    def _forget(self) -> None:
        """Show no plot of other layers than those that are chosen."""
        self.png = b""
        self.picture.hide()
        self.save.setEnabled(False)

    def _truth(self) -> Image:
        truth = self._chosen.layer("truth")
        if truth is None:
            raise UsageError(
                "A plot compares with a truth: choose a layer as Truth. A second exposure of the "
                "same field will do, where there is no better image of it."
            )
        return truth

    def _metric(self) -> Metric:
        if not self._classes:
            raise UsageError("No metric that is installed has a plot.")
        return self._classes[self.metric.currentText()]()

    def _show(self, png: bytes, *, of: Layers) -> None:
        if of != self._chosen.all:
            return
        self.png = png
        self.picture.show_png(png)
        self.save.setEnabled(True)

    def _save(self) -> None:
        path, png = ask_where(self), self.png
        if path is not None:
            self._jobs.begin("Saving the plot", lambda: _write(path, png), lambda _: None)


def _png(metric: Metric, layers: dict[str, Image]) -> bytes:
    images = images_of(layers)
    truth = images.pop("truth")
    labels = {f"{role}: {layers[role].name}": image for role, image in images.items()}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "plot.png"
        with importing_much():
            metric.plot(labels, truth, path)
        return path.read_bytes()


def _write(path: Path, png: bytes) -> None:
    # The dialog has asked whether an existing file is to be replaced.
    with whole_or_nothing(path, overwrite=True) as temporary:
        temporary.write_bytes(png)
