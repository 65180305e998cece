"""The layout of the tab's parts."""

from __future__ import annotations

from qtpy.QtWidgets import QVBoxLayout, QWidget


def column(widget: QWidget) -> QVBoxLayout:
    """Return a layout for a widget, its parts below one another."""
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(4, 2, 4, 4)
    layout.setSpacing(4)
    return layout
