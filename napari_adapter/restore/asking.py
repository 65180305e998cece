"""Dialogs for files and folders."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtWidgets import QFileDialog, QWidget


def ask_folder(parent: QWidget, start: str) -> str:
    """Ask for a folder; return an empty text if none was chosen."""
    return str(QFileDialog.getExistingDirectory(parent, "Folder for large results", start))


def ask_files(parent: QWidget) -> list[str]:
    """Ask for image files."""
    found, _ = QFileDialog.getOpenFileNames(parent, "Open images")
    return [str(Path(name)) for name in found]
