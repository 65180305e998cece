"""Measure how the widget answers: ``xvfb-run -a python tests/napari/measure.py``.

Each measurement runs in fresh processes, by clicks in the real widget, with the model ``denoise``;
a table gives the median and the greatest of all repeats. "Cold": torch is not imported yet. Gaps
are those between two turns of the event loop, in which nothing is drawn. They grow with whatever
else the machine does, so measure on an idle one; beside other work root can go first by
``setsid -w sh -c 'echo -20 > /proc/self/autogroup; exec xvfb-run -a python …'``.

Options: names of measurements, for these alone; ``--repeats N``; ``--here NAME``: once, in this
process, written as JSON.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import napari
import numpy as np
from gaps import Gaps
from qtpy.QtCore import QEventLoop, QTimer

from debcr_core.apart import left_behind
from napari_adapter.dock import DebcrDock

FOUR_MEGAPIXELS, MIDDLE, SMALL = 2048, 768, 256
LOADING_S = 2
"""Within so many seconds a run is cancelled that loads the model."""
PATIENCE_S = 200

# What is set here stays in memory; in the processes that measure, too.
os.environ["NAPARI_CONFIG"] = ""


class Measured:
    """The widget in a window, and what was measured with it.

    Attributes
    ----------
    figures : dict of str to list of float
        Seconds.
    """

    def __init__(self, folder: Path) -> None:
        self.figures: dict[str, list[float]] = defaultdict(list)
        self.folder = folder
        self.viewer = napari.Viewer()
        self.dock = DebcrDock(self.viewer)
        self.viewer.window.add_dock_widget(self.dock, name="DeBCR", area="right")
        self.restore = self.dock.restore
        self._collecting = self._collected = 0.0
        gc.callbacks.append(self._collect)

    def wait(self, seconds: float) -> None:
        """Let the event loop turn."""
        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()

    def until(self, condition: Callable[[], Any]) -> None:
        """Let the event loop turn until something is so."""
        end = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError
            self.wait(0.01)

    @contextmanager
    def gaps(self, name: str) -> Iterator[None]:
        """Measure the longest gap, what the main thread itself did in one turn, and collections."""
        self._collected = 0.0
        with Gaps() as gaps:
            yield
            self.wait(0.3)
        self.figures[f"{name}: longest gap"].append(gaps.longest)
        self.figures[f"{name}: main thread's own"].append(gaps.busiest)
        self.figures[f"{name}: search for garbage"].append(self._collected)

    @contextmanager
    def taken(self, name: str) -> Iterator[None]:
        """Measure how long the block takes."""
        start = time.perf_counter()
        yield
        self.figures[name].append(time.perf_counter() - start)

    def image(self, side: int, name: str = "noisy") -> Any:
        """Add a noisy image, the only one."""
        # One after the other: Mesa 22.3 crashes where several went at once, without us, too.
        for layer in list(self.viewer.layers):
            self.viewer.layers.remove(layer)
            self.wait(0.2)
        rng = np.random.default_rng(0)
        layer = self.viewer.add_image(rng.poisson(50, (side, side)).astype(np.uint16), name=name)
        self.viewer.reset_view()
        self.wait(0.5)
        return layer

    def opened(self) -> None:
        """Wait until the model's card is there, and all is quiet."""
        self.until(lambda: self.restore.model.trained is not None)
        self.until(self.quiet)
        self.wait(1)

    def quiet(self) -> bool:
        """Say whether no thread works any more."""
        return not left_behind() and all(each.name != "DeBCR" for each in threading.enumerate())

    def previewed(self, name: str) -> None:
        """Switch the preview on, wait for the first of its pixels, and for more; then off."""
        switch, layers = self.restore.footer.preview, self.viewer.layers
        with self.gaps(name):
            with self.taken(f"{name}: first pixels"):
                switch.click()
                self.until(lambda: any("preview" in each.name for each in layers))
            self.wait(2)
        switch.click()
        self.wait(0.2)
        self.until(self.quiet)

    def run(self) -> None:
        """Restore, and wait for the result."""
        before = len(self.viewer.layers)
        self.restore.footer.run.click()
        self.until(lambda: not self.restore.restorer.running)
        assert len(self.viewer.layers) > before, self.dock.context.log.entries

    def close_models(self) -> None:
        """Have the next run load its model anew."""
        self.dock.context.planner.forget()
        self.dock.context.engine.close()

    def _collect(self, phase: str, _: object) -> None:
        if phase == "start":
            self._collecting = time.perf_counter()
        else:
            self._collected = max(self._collected, time.perf_counter() - self._collecting)


def opening(to: Measured) -> None:
    """The widget was opened."""
    with to.gaps("opening the widget"), to.taken("opening the widget: card"):
        to.until(lambda: to.restore.model.trained is not None)


def cold_preview(to: Measured) -> None:
    """The preview is switched on for the first time."""
    to.image(FOUR_MEGAPIXELS)
    to.opened()
    assert "torch" not in sys.modules
    to.previewed("preview cold, 4 megapixels")


def warm_preview(to: Measured) -> None:
    """The preview is switched on for other images."""
    to.image(SMALL)
    to.opened()
    to.previewed("preview cold, 256²")
    for side, name in ((SMALL, "256²"), (FOUR_MEGAPIXELS, "4 megapixels")):
        to.image(side)
        to.previewed(f"preview warm, {name}")


def restoring(to: Measured) -> None:
    """An image is restored, for the first time and again."""
    to.image(MIDDLE)
    to.opened()
    for name in ("cold", "warm"):
        with to.gaps(f"restore {name}"):
            to.run()


def restoring_and_preview(to: Measured) -> None:
    """An image is restored while it is previewed."""
    to.image(MIDDLE)
    to.opened()
    with to.gaps("restore and preview"):
        to.restore.footer.preview.click()
        to.run()


def cancelling(to: Measured) -> None:
    """Runs are cancelled at any moment: in memory, with a first pass, and into a file."""
    to.image(MIDDLE)
    to.opened()
    options, footer = to.restore.options, to.restore.footer
    options.folder.setText(str(to.folder))
    _cancel(to, random.uniform(0, LOADING_S))
    for stretch, in_memory in ((False, 2048), (True, 2048), (False, 0)):
        options.stretch.setChecked(stretch)
        options.threshold.setValue(in_memory)
        to.close_models()
        start = time.perf_counter()
        to.run()
        whole = time.perf_counter() - start
        for _ in range(2):
            to.close_models()
            _cancel(to, random.uniform(0, whole))
    footer.offer.close_offer()


def _cancel(to: Measured, after: float) -> None:
    with to.gaps("cancel"):
        to.restore.footer.run.click()
        to.wait(after)
        if to.restore.restorer.running:
            with to.taken("cancel: nothing computes"):
                with to.taken("cancel: idle"):
                    to.restore.footer.cancel.click()
                    to.until(to.restore.footer.run.isEnabled)
                to.until(to.quiet)
    to.wait(0.5)


def batch(to: Measured) -> None:
    """Ten files are restored."""
    tab = to.dock.batch
    to.dock.tabs.setCurrentWidget(tab)
    for number in range(10):
        pixels = np.random.default_rng(number).poisson(9, (SMALL, SMALL))
        np.save(to.folder / f"{number}.npy", pixels.astype(np.uint16))
    to.until(lambda: tab.models.trained is not None)
    to.opened()
    with to.gaps("batch of 10 files"):
        tab.panel.add_paths([to.folder])
        to.until(lambda: not tab.panel.searching)
        tab.form.folder.setText(str(to.folder / "restored"))
        tab.controls.run.click()
        to.until(lambda: not tab.running)
    assert tab.queue.count("done") == 10


def comparing(to: Measured) -> None:
    """A curve is plotted and a difference added, for the first time and again."""
    tab, before = to.dock.compare, to.image(MIDDLE)
    after, truth = (to.viewer.add_image(before.data + add, name=str(add)) for add in (1, 2))
    to.opened()
    to.dock.tabs.setCurrentWidget(tab)
    to.until(lambda: tab.figures.metrics.count() > 0)
    tab.chosen.choose(before=before, after=after, truth=truth)
    to.wait(1)
    for name in ("cold", "warm"):
        tab.plot.png = b""
        with to.gaps(f"plot {name}"), to.taken(f"plot {name}"):
            tab.plot.plot.click()
            to.until(lambda: tab.plot.png)
        layers = len(to.viewer.layers)
        with to.gaps(f"difference {name}"):
            tab.difference.add.click()
            to.until(lambda: len(to.viewer.layers) > layers)  # noqa: B023


def bundles(to: Measured) -> None:
    """A bundle is opened, and previewed."""
    bundle = to.folder / "bundle.zip"
    debcr = [sys.executable, "-m", "debcr_core", "package", "denoise", bundle]
    subprocess.run(debcr, check=True, capture_output=True)
    to.image(SMALL)
    to.opened()
    for name in ("cold", "warm"):
        with to.gaps(f"bundle {name}"), to.taken(f"bundle {name}: card"):
            to.restore.model.choose(str(bundle))
            to.until(lambda: to.restore.model.trained is not None)
        to.previewed(f"bundle {name}, preview")
        to.restore.model.choose("denoise")
        to.opened()


MEASUREMENTS: dict[str, Callable[[Measured], None]] = {
    each.__name__: each
    for each in (
        *(opening, cold_preview, warm_preview),
        *(restoring, restoring_and_preview, cancelling, batch, comparing, bundles),
    )
}


def measure(name: str) -> None:
    """Measure one thing in this process, and write its figures."""
    with tempfile.TemporaryDirectory() as folder:
        to = Measured(Path(folder))
        MEASUREMENTS[name](to)
        to.dock.context.close()
        to.viewer.close()
    sys.stdout.write(json.dumps(to.figures) + "\n")


def measure_all(names: list[str], repeats: int) -> None:
    """Measure in processes of their own, and write the table."""
    found: dict[str, list[float]] = defaultdict(list)
    for name in names:
        for _ in range(repeats):
            here = [sys.executable, "-W", "ignore", __file__, "--here", name]
            done = subprocess.run(here, check=True, stdout=subprocess.PIPE, text=True)
            for figure, values in json.loads(done.stdout.splitlines()[-1]).items():
                found[figure] += values
    lines = [f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; seconds: median, greatest"]
    for figure, values in found.items():
        middle, most = statistics.median(values), max(values)
        lines.append(f"{figure:52}{middle:8.3f}{most:8.3f}  of {len(values)}")
    sys.stdout.write("\n".join(lines) + "\n")


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=[*MEASUREMENTS])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--here", choices=MEASUREMENTS)
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in MEASUREMENTS]
    if unknown:
        parser.error(f"no measurement is called {unknown[0]}: choose of {', '.join(MEASUREMENTS)}")
    if asked.here:
        measure(asked.here)
    else:
        measure_all(asked.names, asked.repeats)


if __name__ == "__main__":
    main()
