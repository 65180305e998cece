"""The tab."""

from __future__ import annotations

from qtpy.QtWidgets import QWidget

from napari_adapter.log.log import Log


class LogTab(QWidget):
    """To come."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log
