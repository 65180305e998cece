"""Vesicles and droplets: small hollow or filled balls."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from debcr_plugins.simulation.fields import Image
from debcr_plugins.simulation.ranges import (
    Limits,
    LogRange,
    ObjectLimits,
    Range,
    ShareRange,
    draw,
    within,
)
from debcr_plugins.simulation.structures import Shape, Structure


class Vesicles(Structure):
    """Balls with label in their shell, seen as rings, or all through, in clusters."""

    kind: Literal["vesicles"] = "vesicles"
    density: Range = Field((50, 1500), description="Vesicles per million pixels.")
    radius: Annotated[ObjectLimits, within(0.5)] = Field(
        (1.5, 14), description="Outer radius of a vesicle."
    )
    shell: Annotated[Limits, within(0.1)] = Field(
        (0.8, 3), description="Thickness of the labelled shell."
    )
    filled_fraction: ShareRange = Field((0, 0.6), description="Share of vesicles that are filled.")
    cluster_size: Annotated[Limits, within(1)] = Field(
        (1, 40), description="Mean number of vesicles in a cluster."
    )
    cluster_radius: Range = Field((10, 80), description="Standard deviation of a cluster.")
    brightness_spread: LogRange = Field((0.1, 0.9), description="Log-standard deviation, vesicles.")

    def draw(self, shape: Shape, rng: np.random.Generator) -> Image:
        """Draw the projections of the balls; where they overlap, they add up."""
        image = np.zeros(shape, np.float32)
        size = draw(self.cluster_size, rng)
        clusters = 1 + int(rng.poisson(draw(self.density, rng) * np.prod(shape) / 1e6 / size))
        centres = rng.uniform(0, 1, (clusters, 2)) * np.array(shape)
        centres = np.repeat(centres, 1 + rng.poisson(size, clusters), axis=0)
        centres += rng.normal(0, draw(self.cluster_radius, rng), centres.shape)
        shell, filled = draw(self.shell, rng), draw(self.filled_fraction, rng)
        spread = draw(self.brightness_spread, rng)
        for centre in centres:
            outer, level = draw(self.radius, rng), np.exp(rng.normal(0, spread))
            hollow = 0.0 if rng.random() < filled else max(outer - shell, 0.0)
            _add_ball(image, centre, outer, hollow, level)
        return image


def _add_ball(image: Image, centre: np.ndarray, outer: float, hollow: float, level: float) -> None:
    """Add the projection of a ball with a hollow, 1 where it is a full ball's centre."""
    low = np.clip(np.floor(centre - outer), 0, image.shape).astype(int)
    high = np.clip(np.ceil(centre + outer) + 1, 0, image.shape).astype(int)
    y, x = np.ogrid[low[0] : high[0], low[1] : high[1]]
    square = (y - centre[0]) ** 2 + (x - centre[1]) ** 2
    depth = np.sqrt(np.maximum(outer**2 - square, 0)) - np.sqrt(np.maximum(hollow**2 - square, 0))
    image[low[0] : high[0], low[1] : high[1]] += (level / outer) * depth
