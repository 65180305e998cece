"""A line drawn over the image, such as the one between before and after."""

from __future__ import annotations

from typing import Any

import numpy as np

ON_TOP = 10**6
"""Order of drawing: after all layers."""


class CanvasLine:
    """A line in the canvas that belongs to no layer.

    Parameters
    ----------
    scene : vispy.scene.Node
        What the layers are drawn in.
    """

    def __init__(self, scene: Any) -> None:
        from vispy.scene.visuals import Line

        self._lines = []
        # Dark below light is seen on any image.
        for number, (colour, width) in enumerate([((0, 0, 0, 0.7), 5), ((1, 1, 1, 1), 2)]):
            line = Line(np.zeros((2, 3)), color=colour, width=width, parent=scene)
            line.set_gl_state("translucent", depth_test=False)
            line.order = ON_TOP + number
            self._lines.append(line)

    def move(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Draw it between two points, in the world's ``(y, x)``."""
        for line in self._lines:
            line.set_data(np.array([(*start[::-1], 0), (*end[::-1], 0)], np.float32))

    def close(self) -> None:
        """Take it away."""
        for line in self._lines:
            line.parent = None
