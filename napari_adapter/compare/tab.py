"""The tab."""

from __future__ import annotations

from qtpy.QtWidgets import QWidget

from napari_adapter.context import Context


class CompareTab(QWidget):
    """To come."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
