"""A line that is drawn over the image with the mouse, and a point that is clicked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from napari_adapter.compare.canvas import camera_of, node_of
from napari_adapter.compare.canvas_line import CanvasLine

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Layer

Point = tuple[float, ...]


class LineDrawing:
    """Lets the user drag a line over the image.

    Parameters
    ----------
    viewer : napari.Viewer
        Shows the image.
    drawn : callable
        Called when the line is drawn, and when another plane comes into view.

    Attributes
    ----------
    ends : tuple or None
        Both ends of the line that is shown.
    """

    def __init__(self, viewer: ViewerModel, drawn: Callable[[], None]) -> None:
        self._viewer, self._drawn = viewer, drawn
        self._line: CanvasLine | None = None
        self.ends: tuple[Point, Point] | None = None

    def begin(self, layer: Layer) -> None:
        """Have the next drag draw a line, over a layer.

        Raises
        ------
        UsageError
            If the canvas is not known.
        """
        self.end()
        self._line = CanvasLine(node_of(self._viewer, layer).parent)
        # Before what else the mouse does, such as moving the wipe.
        self._viewer.mouse_drag_callbacks.insert(0, self._drag)
        self._viewer.dims.events.current_step.connect(self._step)

    def end(self) -> None:
        """Take the line away, and leave the mouse to others."""
        self._viewer.dims.events.current_step.disconnect(self._step)
        if self._drag in self._viewer.mouse_drag_callbacks:
            self._viewer.mouse_drag_callbacks.remove(self._drag)
        if self._line is not None:
            self._line.close()
        self._line = self.ends = None

    def _drag(self, _: Any, event: Any) -> Iterator[None]:
        camera = camera_of(self._viewer)
        pans, camera.mouse_pan = camera.mouse_pan, False
        event.handled = True
        start = tuple(event.position)
        yield
        while event.type == "mouse_move":
            self._show(start, tuple(event.position))
            yield
        camera.mouse_pan = pans
        if self.ends is not None and self.ends[0] == start:
            self._drawn()

    def _step(self, _: Any) -> None:
        if self.ends is not None:
            self._drawn()

    def _show(self, start: Point, end: Point) -> None:
        if self._line is None:
            return
        self.ends = start, end
        y, x = self._viewer.dims.displayed[-2:]
        self._line.move((start[y], start[x]), (end[y], end[x]))


class Clicks:
    """Tells of clicks in the image; drags still pan.

    Parameters
    ----------
    viewer : napari.Viewer
        Shows the image.
    clicked : callable
        Called with the point in the world.
    """

    def __init__(self, viewer: ViewerModel, clicked: Callable[[Point], None]) -> None:
        self._viewer, self._clicked = viewer, clicked

    def begin(self) -> None:
        """Listen from now on."""
        self.end()
        self._viewer.mouse_drag_callbacks.append(self._press)

    def end(self) -> None:
        """Listen no more."""
        if self._press in self._viewer.mouse_drag_callbacks:
            self._viewer.mouse_drag_callbacks.remove(self._press)

    def _press(self, _: Any, event: Any) -> Iterator[None]:
        start = tuple(event.position)
        yield
        while event.type == "mouse_move":
            if tuple(event.position) != start:
                return
            yield
        self._clicked(start)
