"""Asks whether a model's own code may run."""

from __future__ import annotations

from psygnal import Signal
from qtpy.QtCore import QSignalBlocker
from qtpy.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from napari_adapter.models.labels import plain_label
from napari_adapter.models.strangers_text import shown

ADVICE = (
    "It could read, change, delete and send your files, and DeBCR cannot check it. Trust it only "
    "if you know those who made it, and got it from them. Trust holds until you choose another "
    "model."
)
LONGEST = 600


class _Trusted:
    """Tells of the box, and outlives the widget."""

    changed = Signal(bool)


class TrustBox(QWidget):
    """A warning and a box to tick; hidden where a model needs no code of its own.

    Attributes
    ----------
    box : QCheckBox
        Ticked if the code may run.
    changed : Signal
        Emitted when the user ticks the box, or no longer, with whether it is.
    """

    def __init__(self) -> None:
        super().__init__()
        self._trusted = _Trusted()
        self.changed = self._trusted.changed
        self.warning = plain_label("What the model's code could do")
        self.box = QCheckBox("I trust this code: let it run")
        self.box.setAccessibleName("Trust the model's code and let it run")
        self.box.setAccessibleDescription(ADVICE)
        self.box.setToolTip(ADVICE)
        self.box.toggled.connect(self._toggled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.warning)
        layout.addWidget(self.box)
        self.ask("", trusted=False)

    def ask(self, danger: str, *, trusted: bool) -> None:
        """Show what would run and whether it may; where nothing would, hide.

        Parameters
        ----------
        danger : str
            As `UntrustedCodeError.danger`.
        trusted : bool
            What the user has said already.
        """
        with QSignalBlocker(self.box):
            self.box.setChecked(trusted)
        self.warning.setText(f"⚠ {shown(danger, LONGEST)} {ADVICE}")
        self.setVisible(bool(danger))

    def _toggled(self, ticked: bool) -> None:
        self.changed.emit(ticked)
