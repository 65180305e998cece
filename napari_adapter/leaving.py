"""Notice that a widget leaves: its dock or window is closed, or the program ends."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakSet, ref

from qtpy.QtCore import QEvent, QObject
from qtpy.QtWidgets import QApplication, QWidget

from napari_adapter.lasting import lasting


class Leaving:
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
        self._widget, self.call = ref(widget), call
        _watch().leaving.add(self)
        widget.installEventFilter(_watch())

    def look(self, watched: QObject, event: QEvent) -> None:
        """Look at what happens to a widget or its window."""
        widget, kind = self._widget(), event.type()
        if widget is None:
            return
        if watched is widget:
            if kind == QEvent.Type.Show:
                _main_window(widget).installEventFilter(_watch())
            elif kind == QEvent.Type.ParentChange and widget.parent() is None:
                self.call()
        elif watched is _main_window(widget) and _is_closing(event):
            self.call()


class _Watch(QObject):
    """Sees what happens to all that is watched; one for the program, and never collected.

    Widgets are collected together with whatever they know. Qt tells of that in the middle of it,
    and no object that takes part can hear it any more.
    """

    def __init__(self) -> None:
        super().__init__()
        self.leaving: WeakSet[Leaving] = WeakSet()
        QApplication.instance().aboutToQuit.connect(self._quit)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Look at what happens; nothing is kept from those whom it happens to."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.ParentChange):
            self._each(lambda leaving: leaving.look(watched, event))
        return False

    def _quit(self) -> None:
        self._each(lambda leaving: leaving.call())

    def _each(self, tell: Callable[[Leaving], None]) -> None:
        for leaving in list(self.leaving):
            try:
                tell(leaving)
            except RuntimeError as error:
                # Qt may have deleted a part of what Python still knows.
                if "deleted" not in str(error):
                    raise


def _is_closing(event: QEvent) -> bool:
    """Say whether a window is hidden by the program, and not by being minimised."""
    return bool(event.type() == QEvent.Type.Hide and not event.spontaneous())


@lasting
def _watch() -> _Watch:
    return _Watch()


def _main_window(widget: QWidget) -> QWidget:
    """Return the window that a widget is in, even if its dock floats beside it."""
    window = widget.window()
    while window.parentWidget() is not None:
        window = window.parentWidget().window()
    return window
