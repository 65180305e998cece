"""Buttons that copy how the selected result was made."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from qtpy.QtWidgets import QApplication, QHBoxLayout, QPushButton, QWidget

from debcr_core.errors import DebcrError
from napari_adapter.buttons import button
from napari_adapter.context import Context
from napari_adapter.restore.reproducing import command_line, making_of, python_code

if TYPE_CHECKING:
    from debcr_core.plugins import Plugins


class ReproducingBox(QWidget):
    """Copies text that makes the selected result again; for others, the buttons say what to do.

    Parameters
    ----------
    context : Context
        Viewer, plugins and log.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context, self._works = context, context.works()
        self.command = self._button("Copy as command line", command_line)
        self.python = self._button("Copy as Python", python_code)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.command)
        row.addWidget(self.python)

    def _button(self, text: str, make: Callable[..., str]) -> QPushButton:
        hint = "Copy text that makes the selected result again, byte for byte on this computer."
        return button(text, hint, lambda: self._copy(make))

    def _copy(self, make: Callable[..., str]) -> None:
        layer = self._context.viewer.layers.selection.active
        try:
            making_of(layer)
        except DebcrError as error:
            self._context.log.error(error)
            return
        # Finding the plugins for the first time takes a while.
        self._works.begin(
            lambda _: self._context.engine.plugins, done=partial(self._copy_text, make, layer)
        )

    def _copy_text(self, make: Callable[..., str], layer: Any, plugins: Plugins) -> None:
        text = make(layer, plugins)
        QApplication.clipboard().setText(text)
        self._context.log.info(f"Copied:\n{text}")
