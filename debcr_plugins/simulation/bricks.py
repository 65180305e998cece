"""Bricks: a periodic pattern of cells with joints between them."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from debcr_plugins.simulation.fields import Image, lognormal_field
from debcr_plugins.simulation.ranges import Limits, LogRange, Range, ShareRange, draw, within
from debcr_plugins.simulation.structures import Shape, Structure


class Bricks(Structure):
    """Rows of like cells, as in plant tissue, epithelia, muscle or micropatterns.

    Rows are shifted against each other by any share of a cell; the whole is turned.
    """

    kind: Literal["bricks"] = "bricks"
    width: Annotated[Limits, within(1)] = Field((8, 80), description="Length of a cell.")
    height: Annotated[Limits, within(1)] = Field((5, 40), description="Distance between rows.")
    joint: Annotated[Limits, within(0.1)] = Field(
        (0.8, 4), description="Width of a joint, of a cell a third at most."
    )
    joint_brightness: Range = Field(
        (0.05, 3), description="Brightness of the joints, cells' being 1: below dark, above bright."
    )
    brightness_spread: LogRange = Field((0.05, 0.6), description="Log-standard deviation, cells.")
    contrast: LogRange = Field((0.02, 0.6), description="Log-contrast of the texture within cells.")
    shift: ShareRange = Field((0, 0.5), description="Shift of a row against the last, of a cell.")

    def draw(self, shape: Shape, rng: np.random.Generator) -> Image:
        """Draw the pattern, with a texture of its own in the cells."""
        turn, width, height = rng.uniform(0, np.pi), draw(self.width, rng), draw(self.height, rng)
        y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
        along = np.cos(turn) * x + np.sin(turn) * y + rng.uniform(0, width)
        across = np.cos(turn) * y - np.sin(turn) * x + rng.uniform(0, height)
        row = np.floor(across / height).astype(int)
        along += draw(self.shift, rng) * width * row
        column = np.floor(along / width).astype(int)
        joint = min(draw(self.joint, rng), height / 3, width / 3)
        from_joint = np.minimum(_to_edge(along, width), _to_edge(across, height))
        inside = np.clip((from_joint - joint / 2) + 0.5, 0, 1)
        level = _levels(row, column, draw(self.brightness_spread, rng), rng)
        level = level * lognormal_field(shape, draw(self.contrast, rng), 3, 12, rng)
        between = draw(self.joint_brightness, rng)
        return np.asarray(inside * level + (1 - inside) * between, np.float32)


def _to_edge(place: np.ndarray, period: float) -> np.ndarray:
    """Return the distance to the nearest multiple of a period."""
    rest = place % period
    return np.minimum(rest, period - rest)


def _levels(
    row: np.ndarray, column: np.ndarray, spread: float, rng: np.random.Generator
) -> np.ndarray:
    """Return one brightness for each cell, at all of its pixels."""
    row, column = row - row.min(), column - column.min()
    each = np.exp(rng.normal(0, spread, (row.max() + 1, column.max() + 1)))
    return np.asarray(each[row, column])
