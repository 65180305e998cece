"""Measure a preview in a fresh process: ``xvfb-run -a python tests/napari/cold_preview.py [SIDE]``.

Writes JSON: seconds until the first cell was shown, the longest gap in the event loop until then
and when it was, and the longest turn of the main thread in seconds of the processor.
"""

from __future__ import annotations

import json
import sys
import time

import napari
import numpy as np
from gaps import Gaps
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication

from debcr_core.image import make_image
from napari_adapter.context import Context
from napari_adapter.planner import Wish
from napari_adapter.preview.preview import Preview

SIDE = int(sys.argv[1]) if len(sys.argv) > 1 else 2048
SETTLING, PATIENCE = 1000, 100_000


def main() -> None:
    """Open a window, and a second later begin to preview."""
    viewer = napari.Viewer()
    pixels = np.random.default_rng(0).poisson(50, (SIDE, SIDE)).astype(np.uint16)
    layer = viewer.add_image(pixels)
    context = Context(viewer)
    preview, wish = Preview(context), Wish(make_image(pixels, "yx"))
    meters: list[Gaps] = []
    begun: list[float] = []

    def begin() -> None:
        assert "torch" not in sys.modules
        viewer.layers.events.inserted.connect(lambda _: QTimer.singleShot(0, end))
        meters.append(Gaps())
        begun.append(time.perf_counter())
        preview.show(wish, layer)

    def end() -> None:
        taken = time.perf_counter() - begun[0]
        longest = meters[0].end()
        figures = {
            "first cell": taken,
            "longest gap": longest,
            "longest gap at": meters[0].when,
            "main thread busy": meters[0].busiest,
        }
        rounded = {name: round(value, 3) for name, value in figures.items()}
        sys.stdout.write(json.dumps(rounded) + "\n")
        context.close()
        viewer.close()
        QApplication.instance().quit()

    QTimer.singleShot(SETTLING, begin)
    QTimer.singleShot(PATIENCE, QApplication.instance().quit)
    napari.run()


if __name__ == "__main__":
    main()
