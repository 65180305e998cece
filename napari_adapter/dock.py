"""DeBCR's widget in napari: a tab for each thing that people do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from napari_adapter.batch.tab import BatchTab
from napari_adapter.compare.tab import CompareTab
from napari_adapter.context import Context
from napari_adapter.focus import FOCUS_STYLE
from napari_adapter.leaving import Leaving
from napari_adapter.log.tab import LogTab
from napari_adapter.restore.tab import RestoreTab

if TYPE_CHECKING:
    import napari


class DebcrDock(QWidget):
    """Restore, compare, many files, and the log.

    Parameters
    ----------
    napari_viewer : napari.Viewer
        Where layers are taken from and added to; given by napari.

    Attributes
    ----------
    restore, compare, batch, log : QWidget
        The tabs.
    context : Context
        What they share.
    """

    def __init__(self, napari_viewer: napari.Viewer) -> None:
        super().__init__()
        self.context = Context(napari_viewer)
        self.restore = RestoreTab(self.context)
        self.compare = CompareTab(self.context)
        self.batch = BatchTab(self.context)
        self.log = LogTab(self.context.log)
        self.tabs = QTabWidget()
        self.tabs.tabBar().setAccessibleName("What to do")
        for title, (tab, tip) in {
            "Restore": (self.restore, "Restore layers of the viewer, with a preview."),
            "Compare": (self.compare, "Look at two layers and measure them."),
            "Batch": (self.batch, "Restore many layers, files and folders."),
            "Log": (self.log, "What was told so far."),
        }.items():
            self.tabs.setTabToolTip(self.tabs.addTab(tab, title), tip)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tabs)
        self.setStyleSheet(FOCUS_STYLE)
        self._leaving = Leaving(self, self.context.close)
