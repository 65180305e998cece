"""Make the pictures of docs/napari.md: screenshots.py FOLDER.

A real window, the sample images and the shipped model; what is pressed is found by the names that
screen readers say. On Linux without a screen: ``xvfb-run -a -s "-screen 0 1600x1000x24" python …``.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

# The pictures are of what people see at first, not of the settings of whoever makes them.
os.environ["NAPARI_CONFIG"] = ""

import napari
import numpy as np
from napari.layers import Layer
from PIL import Image
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDockWidget,
    QListWidget,
    QProgressBar,
    QWidget,
)

from napari_adapter.dock import DebcrDock

WINDOW = 1180, 700
NARROW = 350, 600
ZOOM = 2.5
COLOURS = 128
PATIENCE_S, IDLE_S = 120.0, 3.0

Named = TypeVar("Named", bound=QWidget)


def wait(until: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Let the viewer work until something is so."""
    end = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end:
            sys.exit(f"Waited for {seconds:g} s in vain, in line {sys._getframe(1).f_lineno}.")
        QApplication.processEvents()
        time.sleep(0.01)


def rest(seconds: float) -> None:
    """Let the viewer work for a while."""
    end = time.monotonic() + seconds
    wait(lambda: time.monotonic() > end)


def named(parent: QWidget, kind: type[Named], name: str) -> Named:
    """Return the widget that a screen reader calls by a name."""
    found = [one for one in parent.findChildren(kind) if name in (one.accessibleName(), _text(one))]
    if not found:
        sys.exit(f"There is no {kind.__name__} named {name!r}.")
    return found[0]


def _text(widget: QWidget) -> str:
    return widget.text() if isinstance(widget, QAbstractButton) else ""


def press(parent: QWidget, name: str) -> None:
    """Click a button."""
    button = named(parent, QAbstractButton, name)
    wait(button.isEnabled)
    button.click()


def save(pixels: np.ndarray, path: Path) -> None:
    """Write a small PNG: few colours suffice for windows and grey micrographs."""
    picture = Image.fromarray(np.ascontiguousarray(pixels[..., :3]))
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def pixels_of(widget: QWidget) -> np.ndarray:
    """Return what a widget shows: red, green, blue."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "widget.png"
        widget.grab().save(str(path))
        return np.asarray(Image.open(path).convert("RGB"))


def tick(parent: QWidget, name: str) -> None:
    """Tick one row of a list, and no other."""
    rows = parent.findChildren(QListWidget)[0]
    for row in map(rows.item, range(rows.count())):
        ticked = row.text() == name
        row.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)


def finish() -> None:
    """Let the viewer work until nothing of ours has for a while: one work may begin another."""
    last = time.monotonic()

    def is_idle() -> bool:
        nonlocal last
        if any(thread.name == "DeBCR" for thread in threading.enumerate()):
            last = time.monotonic()
        return time.monotonic() - last > IDLE_S

    wait(is_idle)


class Studio:
    """The viewer with our dock, and a folder for its pictures."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.viewer = napari.Viewer()
        self.viewer.window._qt_window.resize(*WINDOW)
        self.dock = DebcrDock(self.viewer)
        self.frame: QDockWidget = self.viewer.window.add_dock_widget(
            self.dock, name="DeBCR", area="right"
        )
        self.viewer.window._qt_window.resizeDocks(
            [self.frame], [NARROW[0] + 30], Qt.Orientation.Horizontal
        )

    def show(self, tab: QWidget) -> None:
        """Turn to a tab."""
        self.dock.tabs.setCurrentWidget(tab)
        rest(0.3)

    def look_at(self, *layers: Layer) -> None:
        """Show some layers alone, near enough to see their pixels."""
        for other in self.viewer.layers:
            other.visible = other in layers
        self.viewer.layers.selection = {layers[-1]}
        self.viewer.reset_view()
        # Since napari 0.9, the camera is the scene's; before, there was no scene.
        getattr(self.viewer, "scene", self.viewer).camera.zoom *= ZOOM
        rest(0.5)

    def window(self, name: str) -> None:
        """Take a picture of the whole window."""
        save(self.viewer.window.screenshot(flash=False, canvas_only=False), self.folder / name)

    def narrow(self, name: str) -> None:
        """Take a picture of the dock alone, as narrow as it can be."""
        self.frame.setFloating(True)
        self.frame.resize(*NARROW)
        rest(0.5)
        save(pixels_of(self.frame), self.folder / name)
        self.frame.setFloating(False)
        rest(0.3)


def take(folder: Path) -> None:
    """Take all pictures."""
    studio = Studio(folder)
    viewer, dock = studio.viewer, studio.dock
    viewer.open_sample("debcr-zoo", "noisy_and_truth")
    truth, noisy = viewer.layers
    studio.look_at(noisy)
    tick(dock.restore, noisy.name)
    finish()
    studio.window("before.png")

    press(dock.restore, "Preview")
    finish()
    studio.window("preview.png")
    press(dock.restore, "Preview")
    rest(1)

    press(dock.restore, "Run")
    bar = named(dock.restore, QProgressBar, "Progress")
    wait(lambda: bar.value() > 0 or len(viewer.layers) > 2)
    studio.window("during.png")
    finish()
    restored = viewer.layers[-1]
    studio.look_at(restored)
    studio.window("after.png")
    viewer.theme = "light"
    studio.window("light.png")
    studio.narrow("narrow-light.png")
    viewer.theme = "dark"
    studio.narrow("narrow-dark.png")

    studio.show(dock.compare)
    studio.look_at(noisy, restored)
    for role, layer in {"Before": noisy, "After": restored, "Truth": truth}.items():
        named(dock.compare, QComboBox, role).setCurrentText(layer.name)
    press(dock.compare, "Wipe")
    rest(1)
    studio.window("compare.png")
    press(dock.compare, "Reset view")
    studio.show(dock.batch)
    studio.narrow("batch.png")
    studio.show(dock.log)
    studio.narrow("log.png")
    viewer.close()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    take(folder)
