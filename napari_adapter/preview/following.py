"""Notice that the window shows something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QTimer

from napari_adapter.preview.sight import camera_of

if TYPE_CHECKING:
    from napari.components import ViewerModel

    from napari_adapter.preview.overlay import Overlay

PAUSE = 30
"""Milliseconds: of the many things that change as the view is dragged, one is looked at."""
PLACING = ("scale", "translate", "rotate", "shear", "affine", "visible")


class Following:
    """Calls something soon after the view, the sliders or the layer's place has changed.

    Parameters
    ----------
    viewer : napari.Viewer
        Is watched.
    overlay : Overlay
        Is watched, and the layer below it.
    changed : callable
        Called in the main thread.
    """

    def __init__(self, viewer: ViewerModel, overlay: Overlay, changed: Callable[[], None]) -> None:
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(changed)
        camera, dims = camera_of(viewer).events, viewer.dims.events
        self._emitters: list[Any] = [
            *(camera.center, camera.zoom),
            *(dims.point, dims.order, dims.ndisplay),
            *(getattr(overlay.under.events, name) for name in PLACING),
        ]
        if hasattr(viewer, "canvas"):
            self._emitters.append(viewer.canvas.events.size)
        self._emitters.append(overlay.visibility)
        for emitter in self._emitters:
            emitter.connect(self.soon)

    def soon(self, *_: object) -> None:
        """Call it soon, once, whatever else happens until then."""
        if not self._timer.isActive():
            self._timer.start()

    def end(self) -> None:
        """Watch nothing any more."""
        self._timer.stop()
        for emitter in self._emitters:
            emitter.disconnect(self.soon)
        self._emitters = []
