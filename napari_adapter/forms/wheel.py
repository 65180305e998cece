"""What the wheel does over a form: it scrolls, and changes nothing that the mouse passes over."""

from __future__ import annotations

from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtWidgets import QWidget

from napari_adapter.lasting import lasting


class _Guard(QObject):
    """One for the program, and never collected: Qt asks it while a widget is being collected."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Wheel and not watched.hasFocus():
            event.ignore()
            return True
        return False


@lasting
def _guard() -> _Guard:
    return _Guard()


def only_with_focus(widget: QWidget) -> None:
    """Let the wheel change a widget's value only while the keyboard is there, too."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_guard())
