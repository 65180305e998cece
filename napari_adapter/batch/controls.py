"""What stays in sight below the list: progress, and the buttons that do something."""

from __future__ import annotations

from collections.abc import Iterable

from qtpy.QtWidgets import QGridLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from napari_adapter.batch.existing_panel import ExistingPanel
from napari_adapter.buttons import button

STEPS = 1000
"""Of the progress bar."""


class Controls(QWidget):
    """Buttons, a progress bar and a sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.existing = ExistingPanel()
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress of all images")
        self.status = QLabel("Nothing is being done.")
        self.status.setWordWrap(True)
        self.status.setAccessibleName("What is being done")
        self.run = button("Run", "Restore what is in the list and not done yet.")
        self.cancel = button("Cancel", "Stop; outputs that are finished stay.")
        self.open = button("Open results", "Add the outputs to the viewer: those selected, or all.")
        self.report = button("Save report…", "Save what became of each image.")
        self._lay_out()

    def show_share(self, share: float | None) -> None:
        """Show how much is done, from 0 to 1; None where that is unknown."""
        self.bar.setRange(0, 0 if share is None else STEPS)
        self.bar.setValue(0 if share is None else int(STEPS * share))
        self.bar.setFormat("" if share is None else f"{int(100 * share)} %")

    def enable(self, buttons: Iterable[QPushButton]) -> None:
        """Enable some buttons, and only these."""
        enabled = set(buttons)
        for each in (self.run, self.cancel, self.open, self.report):
            each.setEnabled(each in enabled)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        for place, each in enumerate((self.run, self.cancel, self.open, self.report)):
            grid.addWidget(each, *divmod(place, 2))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.existing)
        layout.addWidget(self.bar)
        layout.addWidget(self.status)
        layout.addLayout(grid)
