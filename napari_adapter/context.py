"""What the tabs of the widget share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psygnal import Signal

from napari_adapter.engine import Engine
from napari_adapter.log.log import Log
from napari_adapter.planner import Planner
from napari_adapter.work import Works

if TYPE_CHECKING:
    from napari.components import ViewerModel


class Context:
    """The viewer, and what is opened once for all tabs.

    Parameters
    ----------
    viewer : napari.Viewer
        Where layers are taken from and added to.

    Attributes
    ----------
    viewer : napari.Viewer
        As given, without the proxy that napari puts around it.
    engine : Engine
        Plugins and networks.
    planner : Planner
        Plans of images.
    log : Log
        What the user was told.
    closing : Signal
        Emitted before all is given back, for what must be taken out of the viewer.
    """

    closing = Signal()

    def __init__(self, viewer: ViewerModel) -> None:
        # Through the proxy that napari gives to plugins, a layer is another object each time.
        self.viewer: ViewerModel = getattr(viewer, "__wrapped__", viewer)
        self.engine = Engine()
        self.planner = Planner(self.engine)
        self.log = Log()
        self._works: list[Works] = []

    def works(self) -> Works:
        """Return a group of background work for a tab; what goes wrong in it is shown."""
        made = Works(self.log.warning, self.log.error)
        self._works.append(made)
        return made

    def close(self) -> None:
        """End all work and give everything back; what is begun later is opened anew."""
        self.closing.emit()
        for works in self._works:
            works.stop()
        for works in self._works:
            works.close()
        self.planner.forget()
        self.engine.close()
