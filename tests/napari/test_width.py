"""Nothing of a tab is cut off at its side, however little room a window gives it."""

from __future__ import annotations

import pytest

pytest.importorskip("napari")

from qtpy.QtWidgets import QScrollArea


@pytest.mark.parametrize("name", ["restore", "compare", "batch"])
def test_a_window_as_small_as_it_goes_cuts_nothing_off(dock, viewer, qtbot, name) -> None:
    dock.tabs.setCurrentWidget(getattr(dock, name))
    viewer.window._qt_window.resize(200, 600)
    area = dock.tabs.currentWidget().findChild(QScrollArea)
    qtbot.waitUntil(lambda: area.viewport().width() >= area.widget().minimumSizeHint().width())
    assert dock.minimumSizeHint().width() <= 350
