"""Ask for a model on the disk."""

from __future__ import annotations

from qtpy.QtWidgets import QFileDialog, QWidget

KINDS = "Models (*.zip *.yaml *.yml *.safetensors);;All files (*)"


def ask_file(parent: QWidget) -> str:
    """Return the file that the user names; empty if none."""
    path, _ = QFileDialog.getOpenFileName(parent, "Open a bundle or a weights file", "", KINDS)
    return str(path)


def ask_folder(parent: QWidget) -> str:
    """Return the folder that the user names; empty if none."""
    title = "Open the folder of a bundle or of a training run"
    return str(QFileDialog.getExistingDirectory(parent, title))
