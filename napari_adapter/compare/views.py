"""Ways to look at two layers, one at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from psygnal import Signal

from debcr_core.errors import DebcrError
from napari_adapter.compare.borrowed import Borrowed

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image

    from napari_adapter.compare.chosen import Chosen
    from napari_adapter.log.log import Log


class View(ABC):
    """A way to look at two layers; what it changes for that is given back when it ends.

    Parameters
    ----------
    viewer : napari.Viewer
        Shows the layers.
    """

    def __init__(self, viewer: ViewerModel) -> None:
        self.viewer = viewer
        self.borrowed = Borrowed()

    @abstractmethod
    def begin(self, before: Image, after: Image) -> None:
        """Show two layers.

        Raises
        ------
        UsageError
            If they cannot be shown so.
        """

    def end(self) -> None:
        """Give back all that was changed; also after a beginning that failed."""
        self.borrowed.give_back()

    def show_only(self, *shown: Image) -> None:
        """Show some image layers and hide all others; what is no image stays as it is."""
        from napari.layers import Image

        for layer in self.viewer.layers:
            if isinstance(layer, Image):
                self.borrowed.set(layer, "visible", layer in shown)


class Views:
    """Sees to it that one view is on at most, and that it ends when its layers go.

    Parameters
    ----------
    chosen : Chosen
        The layers.
    log : Log
        Where it is told why a view cannot begin.

    Attributes
    ----------
    current : View or None
        The one that is on.
    changed : Signal
        Emitted when it changes.
    """

    changed = Signal()

    def __init__(self, chosen: Chosen, log: Log) -> None:
        self.current: View | None = None
        self._chosen, self._log = chosen, log
        chosen.changed.connect(self._restart)
        chosen.listed.connect(self._restart)

    def begin(self, view: View) -> None:
        """Begin a view, in place of the one that is on."""
        self._end()
        try:
            view.begin(*self._chosen.pair())
        except DebcrError as error:
            view.end()
            self._log.error(error)
        else:
            self.current = view
            view.viewer.dims.events.ndisplay.connect(self._turned)
        self.changed.emit()

    def end(self, view: View | None = None) -> None:
        """End a view if it is on; without one, whichever is."""
        if self.current is not None and view in (None, self.current):
            self._end()
            self.changed.emit()

    def abandon(self) -> None:
        """End whichever is on, and tell nobody: those who listen may be gone."""
        self._end()

    def _end(self) -> None:
        view, self.current = self.current, None
        self._chosen.viewer.dims.events.ndisplay.disconnect(self._turned)
        if view is not None:
            view.end()

    def _turned(self, _: Any) -> None:
        """End: views are of planes."""
        self.end()

    def _restart(self) -> None:
        view = self.current
        if view is None:
            return
        self.end()
        if self._chosen.complete:
            self.begin(view)
