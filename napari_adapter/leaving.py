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
        widget.installEventFilter(self)
        # No method of this object, which may be collected together with the widget.
        widget.destroyed.connect(lambda *_: _call_while_there(call))
        QApplication.instance().aboutToQuit.connect(self._gone)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Look at what happens to the widget and its window; nothing is kept from them."""
        kind = event.type()
        if watched is not self._widget:
            if kind == QEvent.Type.Hide and not event.spontaneous():
                self._gone()
        elif kind == QEvent.Type.Show:
            # The window is not kept here: whoever is collected with it would take it along.
            _main_window(self._widget).installEventFilter(self)
        elif kind == QEvent.Type.ParentChange and self._widget.parent() is None:
            self._gone()
        return False

    def _gone(self) -> None:
        _call_while_there(self._call)


def _call_while_there(call: Callable[[], None]) -> None:
    """Call something, of which Qt may have deleted a part when Python ends."""
    try:
        call()
    except RuntimeError as error:
        if "deleted" not in str(error):
            raise


def _main_window(widget: QWidget) -> QWidget:
    """Return the window that a widget is in, even if its dock floats beside it."""
    window = widget.window()
    while window.parentWidget() is not None:
        window = window.parentWidget().window()
    return window
