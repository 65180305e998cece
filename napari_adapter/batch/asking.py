"""Questions that napari's user answers in a window of their own; tests answer in their place."""

from __future__ import annotations

from qtpy.QtWidgets import QFileDialog, QWidget


def ask_files(parent: QWidget) -> list[str]:
    """Ask for images to restore; empty if the user has changed their mind."""
    paths: list[str] = QFileDialog.getOpenFileNames(parent, "Images to restore")[0]
    return paths


def ask_folder(parent: QWidget, title: str, start: str = "") -> str:
    """Ask for a folder; empty if the user has changed their mind."""
    return str(QFileDialog.getExistingDirectory(parent, title, start))


def ask_report(parent: QWidget, start: str) -> str:
    """Ask where to save a report; empty if the user has changed their mind."""
    kinds = "Table (*.csv);;Text (*.txt)"
    return str(QFileDialog.getSaveFileName(parent, "Save the report", start, kinds)[0])
