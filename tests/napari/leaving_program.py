"""A program that opens the viewer, has our widget work, and leaves: leaving_program.py WORK WAY.

Several works that go on together are joined by a plus sign. It ends by itself if all is well. What
is left of it, `test_leaving` looks for from outside.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path

import napari
import numpy as np
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QAbstractButton, QApplication, QLineEdit, QProgressBar, QWidget

from napari_adapter.dock import DebcrDock

PATIENCE_S = 180
"""For work to begin: libraries are imported, and the machine may be busy."""
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

    def begin(self, names: list[str]) -> None:
        """Begin some works, each when the one before goes on."""
        if names:
            begun = getattr(self, names[0])()
            self._when(begun, lambda: self.begin(names[1:]))
        else:
            self.busy.set()

    def restore(self) -> Callable[[], bool]:
        """Run the Restore tab, and return whether it has begun to restore."""
        self._press(self.dock.restore, "Run")
        return self._advanced(self.dock.restore)

    def preview(self) -> Callable[[], bool]:
        """Begin the preview of the Restore tab, and return whether it is being made."""
        self._press(self.dock.restore, "Preview")
        return lambda: "onnxruntime" in sys.modules and works()

    def batch(self) -> Callable[[], bool]:
        """Run the Batch tab, and return whether it has begun to restore."""
        tab = self.dock.batch
        self.dock.tabs.setCurrentWidget(tab)
        self.viewer.layers.selection = {self.layer}
        self._press(tab, "Add selected layers")
        folder = next(
            one for one in tab.findChildren(QLineEdit) if one.accessibleName() == "Output folder"
        )
        folder.setText(str(Path("restored").absolute()))
        self._press(tab, "Run")
        return self._advanced(tab)

    def _press(self, tab: QWidget, name: str) -> None:
        buttons = tab.findChildren(QAbstractButton)
        next(button for button in buttons if button.text() == name).click()

    def _advanced(self, tab: QWidget) -> Callable[[], bool]:
        (bar,) = tab.findChildren(QProgressBar)
        return lambda: bar.value() > 0

    def _when(self, ready: Callable[[], bool], call: Callable[[], None]) -> None:
        """Call something as soon as something is so."""
        if ready():
            call()
        else:
            QTimer.singleShot(20, lambda: self._when(ready, call))

    def window(self) -> None:
        """Close the window, as its button does."""
        self.viewer.window._qt_window.close()

    def viewer_closed(self) -> None:
        """Close the viewer, as a script does."""
        self.viewer.close()

    def dock_closed(self) -> None:
        """Close the dock; the window stays a while."""
        self.viewer.window.remove_dock_widget(self.dock)
        self._when(lambda: not works(), self.window)

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

    def leave_when_busy(self, leave: Callable[[], None]) -> None:
        """Leave as soon as the work goes on, and the event loop, too."""
        QTimer.singleShot(20, lambda: self._when(self.busy.is_set, leave))


def works() -> bool:
    """Say whether a thread of ours works."""
    return any(thread.name == "DeBCR" for thread in threading.enumerate())


program = Program()
program.begin(sys.argv[1].split("+"))
if sys.argv[2] == "script_ended":
    while not program.busy.wait(0.01):
        QApplication.processEvents()
    program.script_ended()
program.leave_when_busy(getattr(program, sys.argv[2]))
QTimer.singleShot(PATIENCE_S * 1000, lambda: sys.exit("The work did not begin, or did not end."))
napari.run()
