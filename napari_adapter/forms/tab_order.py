"""Where the Tab key leads to what was made after the rest of a window."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QWidget


def lead_on(before: QWidget, after: QWidget) -> None:
    """Have the Tab key lead from one widget to another and what is in it; else it comes last.

    Parameters
    ----------
    before : QWidget
        What the key comes from, in the same window.
    after : QWidget
        What was made later, its own parts in their order.
    """
    # The list that a box drops down is a window of its own.
    parts = [one for one in after.findChildren(QWidget) if one.window() is before.window()]
    for each in [after, *parts]:
        reached = each.focusPolicy() & Qt.FocusPolicy.TabFocus == Qt.FocusPolicy.TabFocus
        # An editor in a box is reached as the box.
        if reached and each.focusProxy() is None:
            QWidget.setTabOrder(before, each)
            before = each


def comes_before(widget: QWidget) -> QWidget:
    """Return what the Tab key comes from when it leads to a widget."""
    before = widget.previousInFocusChain()
    while before.focusPolicy() == Qt.FocusPolicy.NoFocus:
        before = before.previousInFocusChain()
    return before
