"""The tab that restores layers."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import ref

from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from debcr_core.errors import DebcrError
from napari_adapter.context import Context
from napari_adapter.fold import Fold
from napari_adapter.log.log import told
from napari_adapter.models.model_chooser import ModelChooser
from napari_adapter.models.verdict_label import VerdictLabel
from napari_adapter.planner import Wish
from napari_adapter.preview.preview import Preview
from napari_adapter.restore.footer import Footer
from napari_adapter.restore.input_form import InputForm
from napari_adapter.restore.making import Making
from napari_adapter.restore.options_form import OptionsForm
from napari_adapter.restore.reproducing_box import ReproducingBox
from napari_adapter.restore.request import Request
from napari_adapter.restore.restorer import Restorer
from napari_adapter.scrolling import ColumnScroll

if TYPE_CHECKING:
    from napari_adapter.restore.layer_images import Input


class RestoreTab(QWidget):
    """Choose layers and a model, look at a preview, restore.

    Parameters
    ----------
    context : Context
        What all tabs share.

    Attributes
    ----------
    input, model, verdict, options, reproducing, footer : QWidget
        The parts, from top to bottom.
    preview : Preview
        What is shown of the result before it is there.
    restorer : Restorer
        What restores.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context, self._works = context, context.works()
        self.input = InputForm(context)
        self.model, self.verdict = ModelChooser(context), VerdictLabel(context)
        self.options = OptionsForm()
        self.reproducing = ReproducingBox(context)
        self.footer = Footer()
        self.preview, self.restorer = Preview(context), Restorer(context)
        self._lay_out()
        self._connect()
        self._works.begin(lambda _: context.engine.plugins, done=self.options.offer)
        self._look()

    def run(self) -> None:
        """Restore what is ticked."""
        try:
            requests = self._requests()
        except DebcrError as error:
            self._context.log.error(error)
            return
        self.footer.show_running()
        self.restorer.begin(requests)

    def _requests(self) -> list[Request]:
        return [self._request(one) for one in self._inputs(anew=True)]

    def _inputs(self, *, anew: bool = False) -> list[Input]:
        signature = self.model.signature
        channels = 1 if signature is None else signature.channels_in
        return self.input.inputs(channels, anew=anew)

    def _request(self, one: Input) -> Request:
        wish = self._wish(one)
        making = Making(
            layers=tuple(layer.name for layer in one.layers),
            named=tuple(map(ref, one.layers)),
            choice=wish.choice,
            parts=wish.parts,
            contrast_stretch=wish.contrast_stretch,
            dtype=wish.dtype,
            channel=one.channel,
        )
        return Request(wish, one.layers, one.told, making, self.options.place())

    def _wish(self, one: Input) -> Wish:
        device = self.options.device.currentText().strip() or "auto"
        return Wish(
            image=one.image,
            choice=replace(self.model.choice(), device=device),
            parts=self.options.parts(),
            contrast_stretch=self.options.stretch.isChecked(),
            dtype=self.options.dtype(),
        )

    def _look(self) -> None:
        """Judge and preview what is chosen now; what is wrong with it is said on Run alone."""
        one = self._in_front()
        self.verdict.judge(None if one is None else one.image, self.model.trained)
        self._preview(one)

    def _look_at_options(self) -> None:
        self._preview(self._in_front())

    def _in_front(self) -> Input | None:
        """Return the input that is looked at, if what is ticked can be restored."""
        with suppress(DebcrError):
            return self.input.in_front(self._inputs())
        return None

    def _preview(self, one: Input | None) -> None:
        if one is None or not self.footer.preview.isChecked():
            if self.preview.running:
                self.preview.stop()
            return
        try:
            self.preview.show(self._wish(one), one.layers[0])
        except DebcrError as error:
            self.preview.stop()
            self.footer.status.setText(told(error)[0])

    def _model_changed(self) -> None:
        trained = self.model.trained
        self.options.set_own(None if trained is None else trained.recipe)
        self._look()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Begin afresh where the widget was closed while it restored."""
        super().showEvent(event)
        if not self.restorer.running and self.footer.cancel.isEnabled():
            self.footer.show_idle("Stopped, as the widget was closed.")

    def _show_preview(self, sentence: str) -> None:
        if not self.restorer.running:
            self.footer.status.setText(sentence)

    def _connect(self) -> None:
        self.input.changed.connect(self._look)
        self.model.changed.connect(self._model_changed)
        self.options.changed.connect(self._look_at_options)
        self.footer.preview.toggled.connect(lambda _: self._look_at_options())
        self.footer.run.clicked.connect(self.run)
        self.footer.cancel.clicked.connect(self.restorer.cancel)
        self.footer.kept.connect(self.restorer.keep)
        self.preview.status.connect(self._show_preview)
        self.restorer.progressed.connect(self.footer.show_progress)
        self.restorer.ended.connect(self.footer.show_idle)
        self.restorer.offered.connect(self.footer.ask_about)

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.input)
        column.addWidget(_line())
        column.addWidget(self.model)
        column.addWidget(self.verdict)
        column.addWidget(_line())
        column.addWidget(Fold("Settings", self.options))
        column.addWidget(QLabel("How the selected result was made"))
        column.addWidget(self.reproducing)
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addWidget(ColumnScroll(content), stretch=1)
        layout.addWidget(self.footer)


def _line() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    return line
