"""Add outputs to the viewer, one after the other, so that it is drawn in between."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from pathlib import Path

from qtpy.QtCore import QTimer

from napari_adapter.batch.queue import Item
from napari_adapter.context import Context

READER = "debcr-zoo"
"""Our name in the manifest."""
MOST = 30
"""Outputs that are opened at once."""


class Results:
    """Opens outputs by our reader, as if they were dropped onto the viewer.

    Parameters
    ----------
    context : Context
        The viewer, and where is told what cannot be opened.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._paths: deque[Path] = deque()
        self._timer = QTimer()
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._open_next)

    def open(self, items: Iterable[Item]) -> None:
        """Begin to open the outputs of some items, of those that have one."""
        done = [item.standing for item in items if item.standing.state == "done"]
        if len(done) > MOST:
            self._context.log.error(
                f"{len(done)} results are too many to open at once: select {MOST} at most."
            )
            return
        self._paths.extend(each.output for each in done if each.output is not None)
        self._timer.start()

    def _open_next(self) -> None:
        if not self._paths:
            self._timer.stop()
            return
        path = self._paths.popleft()
        try:
            self._context.viewer.open(path, plugin=READER)
        except Exception as error:  # of whatever kind: it is told, and the others are opened
            self._context.log.error(error)
