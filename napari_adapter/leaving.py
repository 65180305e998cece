"""Notice that a widget leaves: its dock or window is closed, or the program ends."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import QEvent, QObject
from qtpy.QtWidgets import QApplication, QWidget


class Leaving(QObject):
    """Calls something whenever a widget leaves; what it calls must bear more than once.

    Qt tells a widget of its own deletion only, which may come late or never: napari takes a
    widget out of its dock and drops it, and a window that closes merely hides what is in it.

    Parameters
    ----------
    widget : QWidget
        Is watched.
    call : callable
        No method of the widget, which may be gone.
    """

    def __init__(self, widget: QWidget, call: Callable[[], None]) -> None:
        super().__init__()
        self._widget, self._call = widget, call
        self._window: QWidget | None = None
        widget.installEventFilter(self)
        widget.destroyed.connect(self._gone)
        QApplication.instance().aboutToQuit.connect(self._gone)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Look at what happens to the widget and its window; nothing is kept from them."""
        kind = event.type()
        if watched is self._widget and kind == QEvent.Type.Show:
            self._watch_window()
        elif watched is self._widget and kind == QEvent.Type.ParentChange:
            if self._widget.parent() is None:
                self._gone()
        elif watched is self._window and kind == QEvent.Type.Hide and not event.spontaneous():
            self._gone()
        return False

    def _watch_window(self) -> None:
        window = self._widget.window()
        if window is not self._window and window is not self._widget:
            self._window = window
            window.installEventFilter(self)

    def _gone(self, *_: object) -> None:
        self._call()
