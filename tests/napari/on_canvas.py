"""Where things are in the window, and the mouse that drags over them."""

from __future__ import annotations

from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QApplication, QWidget


def canvas_of(viewer) -> QWidget:
    """Return the widget that draws; napari has no public name for it."""
    return viewer.window._qt_viewer.canvas.native


def camera_of(viewer):
    """Return the camera, which napari has moved."""
    return viewer.scene.camera if hasattr(viewer, "scene") else viewer.camera


def grid_of(viewer):
    """Return the grid, which napari has moved."""
    return viewer.canvas.grid if hasattr(viewer, "canvas") else viewer.grid


def on_screen(viewer, y, x) -> QPoint:
    """Return where a point of the world is in the canvas."""
    canvas, camera = canvas_of(viewer), camera_of(viewer)
    across = canvas.width() / 2 + (x - camera.center[-1]) * camera.zoom
    down = canvas.height() / 2 + (y - camera.center[-2]) * camera.zoom
    return QPoint(round(across), round(down))


def drag(qtbot, viewer, start, *ways) -> None:
    """Drag over the image with the left button; points are of the world."""
    canvas, left = canvas_of(viewer), Qt.MouseButton.LeftButton
    places = [on_screen(viewer, *way) for way in ways]
    qtbot.mouseMove(canvas, on_screen(viewer, *start))
    qtbot.mousePress(canvas, left, pos=on_screen(viewer, *start))
    for place in places:
        qtbot.wait(30)  # vispy leaves out moves in quick succession
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(place),
            QPointF(canvas.mapToGlobal(place)),
            Qt.MouseButton.NoButton,
            left,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(canvas, event)
    qtbot.mouseRelease(canvas, left, pos=places[-1])
