"""What is restored: layers, their axes, and which channel."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from debcr_core.errors import UsageError
from napari_adapter.buttons import button
from napari_adapter.context import Context
from napari_adapter.restore.asking import ask_files
from napari_adapter.restore.axes_field import AxesField
from napari_adapter.restore.channels import ChannelChooser
from napari_adapter.restore.layer_images import Input, LayerImages
from napari_adapter.restore.layer_list import EMPTY, LayerList

PLUGIN = "debcr-zoo"
"""Our own readers."""


class InputForm(QWidget):
    """The layers, ticked; below them what is asked of some only.

    Parameters
    ----------
    context : Context
        Viewer and log.

    Attributes
    ----------
    changed : Signal
        Emitted when the inputs became others.
    """

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._images = LayerImages()
        self.layers = LayerList(context.viewer)
        self.empty = QLabel(EMPTY)
        self.empty.setWordWrap(True)
        self.add_button = button(
            "Add file…", "Open image files as layers, and tick these.", self._add_files
        )
        self.axes, self.channel = AxesField(context.log), ChannelChooser()
        self._lay_out()
        self.layers.changed.connect(self._offer)
        self.axes.changed.connect(self._offer)
        self.channel.changed.connect(self.changed)
        self._offer()

    def inputs(self, channels_in: int = 1, *, anew: bool = False) -> list[Input]:
        """Return what is to be restored (see `LayerImages.inputs`).

        Parameters
        ----------
        channels_in : int
            How many channels the network sees at once.
        anew : bool
            Take in pixels that were changed in place (see `LayerImages.forget_pixels`).

        Raises
        ------
        DebcrError
            If nothing is ticked, or what is ticked cannot be restored.
        """
        ticked = self.layers.ticked()
        if not ticked:
            raise UsageError(
                EMPTY if not self.layers.count() else "No layer is ticked: tick what to restore."
            )
        if anew:
            self._images.forget_pixels()
        return self._images.inputs(ticked, self.channel.channel(), channels_in)

    def in_front(self, inputs: list[Input]) -> Input | None:
        """Return which of several inputs is judged and previewed: the one selected last."""
        front = self.layers.in_front()
        return next((one for one in inputs if front in one.layers), None)

    def _offer(self) -> None:
        """Show what is asked of the layers that are ticked."""
        ticked = self.layers.ticked()
        self.layers.setVisible(self.layers.count() > 0)
        self.empty.setVisible(not self.layers.count())
        self._form.setRowVisible(self.axes, self.axes.offer(ticked))
        self._form.setRowVisible(self.channel, self.channel.offer(ticked))
        self.changed.emit()

    def _add_files(self) -> None:
        paths = ask_files(self)
        if not paths:
            return
        try:
            opened = self._context.viewer.open(paths, plugin=PLUGIN)
        except Exception as error:  # whatever a reader raises is told of
            self._context.log.error(error)
            return
        self.layers.tick_only([layer for layer in opened if layer in self.layers])

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.add_button)
        self._form = QFormLayout()
        self._form.addRow("Axes", self.axes)
        self._form.addRow("Channel", self.channel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for part in (self.layers, self.empty):
            layout.addWidget(part)
        layout.addLayout(row)
        layout.addLayout(self._form)
