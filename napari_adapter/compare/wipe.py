"""Before on one side of a line, after on the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from psygnal import Signal

from debcr_core.errors import UsageError
from napari_adapter.compare.canvas import camera_of, node_of
from napari_adapter.compare.canvas_line import CanvasLine
from napari_adapter.compare.clipping import Clipped
from napari_adapter.compare.views import View

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image

NEAR = 8
"""Pixels of the screen within which the line is taken hold of."""


class Wipe(View):
    """A line over the image, which is dragged: before to its left or above, after beyond it.

    Attributes
    ----------
    share : float
        Where the line is: 0 at the left or upper border of what is shown, 1 at the other.
    across : bool
        Whether the line lies, with before above; else it stands, with before to the left.
    moved : Signal
        Emitted after the line has moved.
    """

    moved = Signal()

    def __init__(self, viewer: ViewerModel) -> None:
        super().__init__(viewer)
        self.share = 0.5
        self.across = False
        self._sides: list[Clipped] = []
        self._divider: CanvasLine | None = None
        self._layers: tuple[Image, ...] = ()
        self._pointing = False

    def begin(self, before: Image, after: Image) -> None:
        """Show both, other images not.

        Raises
        ------
        UsageError
            If the viewer shows 3-D, or its canvas is not known.
        """
        if self.viewer.dims.ndisplay != 2:
            raise UsageError("The wipe works in 2-D: switch the viewer to 2-D first.")
        self._layers = (before, after)
        self.show_only(before, after)
        for layer in self._layers:
            self._sides.append(Clipped(self.viewer, layer))
        self._divider = CanvasLine(node_of(self.viewer, after).parent)
        self.viewer.mouse_drag_callbacks.append(self._drag)
        self.viewer.mouse_move_callbacks.append(self._hover)
        self.viewer.dims.events.order.connect(self._draw)
        self._draw()

    def end(self) -> None:
        """Draw both layers whole again."""
        for callbacks, ours in (
            (self.viewer.mouse_drag_callbacks, self._drag),
            (self.viewer.mouse_move_callbacks, self._hover),
        ):
            if ours in callbacks:
                callbacks.remove(ours)
        self.viewer.dims.events.order.disconnect(self._draw)
        self._point(False)
        for side in self._sides:
            side.close()
        self._sides = []
        if self._divider is not None:
            self._divider.close()
        self._divider = None
        super().end()

    def move(self, share: float) -> None:
        """Bring the line to a share of what is shown, from 0 to 1."""
        self.share = min(1.0, max(0.0, share))
        self._draw()
        self.moved.emit()

    def turn(self, across: bool) -> None:
        """Have the line lie or stand."""
        self.across = across
        self._draw()

    def _draw(self, _: Any = None) -> None:
        if self._divider is None:
            return
        (top, left), (bottom, right) = self._extent()
        if self.across:
            start, end = (self._at(), left), (self._at(), right)
            kept = (-1.0, 0.0), (1.0, 0.0)
        else:
            start, end = (top, self._at()), (bottom, self._at())
            kept = (0.0, -1.0), (0.0, 1.0)
        for side, direction in zip(self._sides, kept, strict=True):
            side.keep(start, direction)
        self._divider.move(start, end)

    def _extent(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the upper left and lower right corner of both layers in the plane in view."""
        shown = list(self.viewer.dims.displayed)
        low, high = self.viewer.layers.get_extent(self._layers).world[:, shown]
        return (low[0], low[1]), (high[0], high[1])

    def _at(self) -> float:
        low, high = (corner[self._axis] for corner in self._extent())
        return low + self.share * (high - low)

    @property
    def _axis(self) -> int:
        return 0 if self.across else 1

    def _is_near(self, event: Any) -> bool:
        zoom = float(camera_of(self.viewer).zoom)
        return abs(self._place(event) - self._at()) * zoom <= NEAR

    def _place(self, event: Any) -> float:
        return float(event.position[self.viewer.dims.displayed[self._axis]])

    def _hover(self, _: Any, event: Any) -> None:
        self._point(self._is_near(event))

    def _point(self, near: bool) -> None:
        """Have the mouse look as if it could take hold of the line, or no longer so."""
        if near != self._pointing:
            self._pointing = near
            self.viewer.cursor.style = "pointing" if near else "standard"

    def _drag(self, _: Any, event: Any) -> Iterator[None]:
        if event.handled or not self._is_near(event):
            return
        camera = camera_of(self.viewer)
        pans, camera.mouse_pan = camera.mouse_pan, False
        yield
        while event.type == "mouse_move":
            low, high = (corner[self._axis] for corner in self._extent())
            self.move((self._place(event) - low) / (high - low))
            yield
        camera.mouse_pan = pans
