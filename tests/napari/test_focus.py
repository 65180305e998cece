"""Where the keyboard is can be seen, in both themes."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("napari")

from qtpy.QtGui import QColor, QImage


def pixels_of(widget) -> np.ndarray:
    """Return the colours of a widget as it is drawn, (y, x, 3)."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    size = (image.height(), image.width())
    return np.array(
        [[QColor(image.pixel(x, y)).getRgb()[:3] for x in range(size[1])] for y in range(size[0])]
    )


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_each_kind_of_control_shows_that_it_has_the_focus(dock, viewer, qtbot, theme) -> None:
    from napari_adapter.focus import COLOUR

    viewer.theme = theme
    viewer.window._qt_window.activateWindow()
    restore = dock.restore
    controls = [
        dock.tabs.tabBar(),
        restore.input.add_button,
        restore.model.names,
        restore.footer.preview,
        restore.footer.run,
    ]
    colour = np.array(QColor(COLOUR).getRgb()[:3])
    for control in controls:
        restore.footer.cancel.setFocus()
        dock.setFocus()
        without = pixels_of(control)
        control.setFocus()
        qtbot.waitUntil(control.hasFocus)
        seen = pixels_of(control)
        assert (np.abs(seen - colour).max(axis=-1) < 8).sum() > 20, control.accessibleName()
        assert seen.shape == without.shape  # nothing jumps
