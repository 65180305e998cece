"""A program that opens the viewer, has our widget work, and leaves: leaving_program.py WORK WAY.

It ends by itself if all is well. What is left of it, `test_leaving` looks for from outside.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable

import napari
import numpy as np
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication

import debcr_core
from napari_adapter.dock import DebcrDock
from napari_adapter.planner import Wish

PATIENCE_S = 60
"""For work to begin: torch is imported, and the machine may be busy."""
SIDE = 2048
"""Of the image: restoring it takes longer than any test."""


class Program:
    """The viewer with one layer and our dock."""

    def __init__(self) -> None:
        self.viewer = napari.Viewer()
        pixels = np.random.default_rng(0).poisson(9, (SIDE, SIDE)).astype(np.uint16)
        self.layer = self.viewer.add_image(pixels, name="noisy")
        self.dock = DebcrDock(self.viewer)
        self.viewer.window.add_dock_widget(self.dock, name="DeBCR", area="right")
        self.busy = threading.Event()

    def endless(self) -> None:
        """Work that ends when it is asked to, and tells all the while."""

        def do(work) -> None:
            while True:
                work.stop.check()
                work.tell("still there")
                self.busy.set()
                time.sleep(0.005)

        self.dock.context.works().begin(do, told=lambda said: None)

    def network(self) -> None:
        """A network that computes."""
        image = debcr_core.make_image(self.layer.data, "yx")
        planner = self.dock.context.planner

        def do(work) -> None:
            plan = planner.settled(Wish(image), stop=work.stop)
            self.busy.set()
            plan.restore(stop=work.stop)

        self.dock.context.works().begin(do)

    def window(self) -> None:
        """Close the window, as its button does."""
        self.viewer.window._qt_window.close()

    def viewer_closed(self) -> None:
        """Close the viewer, as a script does."""
        self.viewer.close()

    def dock_closed(self) -> None:
        """Close the dock; the window stays a while."""
        self.viewer.window.remove_dock_widget(self.dock)
        self._when_idle(self.window)

    def quit(self) -> None:
        """End the program, as the menu does."""
        QApplication.instance().quit()

    def script_ended(self) -> None:
        """End as a script or console does: no event loop runs."""
        # Napari's own thread, which complains if nobody ends it.
        self.viewer.window._qt_window.status_thread.close_terminate()
        self.viewer.window._qt_window.status_thread.wait()
        sys.exit()

    def layer_removed(self) -> None:
        """Remove the layer that is worked on, and a little later close the window."""
        self.viewer.layers.remove(self.layer)
        QTimer.singleShot(300, self.window)

    def _when_idle(self, call: Callable[[], None]) -> None:
        if any(thread.name == "DeBCR" for thread in threading.enumerate()):
            QTimer.singleShot(20, lambda: self._when_idle(call))
        else:
            call()

    def leave_when_busy(self, leave: Callable[[], None]) -> None:
        """Leave as soon as the work goes on, and the event loop, too."""
        QTimer.singleShot(20, lambda: self._leave_if_busy(leave))

    def _leave_if_busy(self, leave: Callable[[], None]) -> None:
        if self.busy.is_set():
            leave()
        else:
            self.leave_when_busy(leave)


program = Program()
getattr(program, sys.argv[1])()
if sys.argv[2] == "script_ended":
    while not program.busy.wait(0.01):
        QApplication.processEvents()
    program.script_ended()
program.leave_when_busy(getattr(program, sys.argv[2]))
QTimer.singleShot(PATIENCE_S * 1000, lambda: sys.exit("The work did not begin, or did not end."))
napari.run()
