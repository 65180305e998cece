"""A preview of the result where the user looks: the very pixels that the result will have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psygnal import Signal
from qtpy.QtCore import QTimer

from napari_adapter.context import Context
from napari_adapter.images.axes import axes_of
from napari_adapter.planner import Wish
from napari_adapter.preview.making import Making
from napari_adapter.preview.overlay import Overlay
from napari_adapter.preview.session import Session
from napari_adapter.preview.wanted import Remembered

if TYPE_CHECKING:
    from napari.layers import Image


class Preview:
    """Shows what a wish would make of a layer, above it, and follows what the window shows.

    The statistics are those of the whole image, and so each pixel is that of the final result.
    What is not seen is not computed; what is no longer seen or wished for is given up within a
    tile. Large images whose result needs statistics of itself are previewed provisionally, and
    `status` says so.

    All of it is for the main thread.

    Parameters
    ----------
    context : Context
        Viewer and planner.

    Attributes
    ----------
    status : Signal
        Emitted with a sentence for the user; an empty one where there is nothing to say.
    changed : Signal
        Emitted with what `running` has become.
    """

    status = Signal(str)
    changed = Signal(bool)

    def __init__(self, context: Context) -> None:
        self._context, self._works = context, context.works()
        self._session: Session | None = None
        self._overlay: Overlay | None = None
        self._last: tuple[Wish, Remembered] | None = None
        context.closing.connect(self._close)

    @property
    def running(self) -> bool:
        """Whether there is something that is previewed."""
        return self._session is not None

    def show(self, wish: Wish | None, layer: Image | None = None, axes: str | None = None) -> None:
        """Preview a wish above a layer from now on, in place of what was previewed before.

        Parameters
        ----------
        wish : Wish or None
            Its image is the whole layer, or one channel of it; None stops the preview.
        layer : napari.layers.Image
            Where it is shown; None stops the preview.
        axes : str, optional
            A letter for each axis of the layer's data; by default as `axes_of` finds them.

        Raises
        ------
        DebcrError
            As `axes_of`.
        """
        if wish is None or layer is None or layer not in self._context.viewer.layers:
            self.stop()
            return
        axes = axes or axes_of(layer)
        same_place = self._overlay is not None and self._overlay.suits(layer, axes)
        if self._session is not None and same_place:
            now = self._session.making.wish
            if wish.same_as(now) and wish.stored_as(now):
                self._session.look()
                return
        running = self.running
        self._end(keep_overlay=same_place)
        if self._overlay is None:
            self._overlay = Overlay(self._context.viewer, layer, axes)
        self._begin(wish, self._overlay)
        if not running:
            self.changed.emit(True)

    def stop(self) -> None:
        """Preview nothing, and take the layer away."""
        self._over("")

    def _begin(self, wish: Wish, overlay: Overlay) -> None:
        remembered = Remembered()
        if self._last is not None and wish.same_as(self._last[0]):
            remembered = self._last[1]
        self._last = (wish, remembered)
        self._session = Session(
            self._context.viewer,
            overlay,
            self._works,
            Making(self._context.planner, wish, remembered),
            say=self.status.emit,
            over=self._over,
        )
        self._session.begin()

    def _over(self, why: str | Exception) -> None:
        if self._session is None:
            return
        self._end()
        if isinstance(why, Exception):
            self._context.log.error(why)
        self.status.emit("" if isinstance(why, Exception) else why)
        self.changed.emit(False)

    def _end(self, *, keep_overlay: bool = False) -> None:
        if self._session is not None:
            self._session.end()
            self._session = None
        if self._overlay is None:
            return
        if keep_overlay:
            self._overlay.blank()
            return
        # Not while napari tells of a layer that is being removed, maybe with all others.
        QTimer.singleShot(0, self._overlay.remove)
        self._overlay = None

    def _close(self) -> None:
        overlay = self._overlay
        self.stop()
        self._last = None
        if overlay is not None:
            overlay.remove()
