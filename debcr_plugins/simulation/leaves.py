"""Dead leaves: opaque objects of all sizes that cover each other and the whole field."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from debcr_plugins.simulation.fields import Image, lognormal_field
from debcr_plugins.simulation.ranges import Limits, LogRange, draw, within
from debcr_plugins.simulation.structures import Shape, Structure, wobbly_outline

MOST = 4000
"""Objects of an image, at most; smaller ones would be textures."""


class Leaves(Structure):
    """The dead-leaves model: dense structure with sharp edges and no background.

    It has the statistics of natural images (Lee, Mumford, Huang 2001,
    https://doi.org/10.1023/A:1011109015675); under a microscope it is a tissue without a gap.
    """

    kind: Literal["leaves"] = "leaves"
    smallest: Annotated[Limits, within(1)] = Field((2, 8), description="Radius of the smallest.")
    largest: Annotated[Limits, within(1)] = Field((20, 120), description="Radius of the largest.")
    brightness_spread: LogRange = Field((0.2, 0.9), description="Log-standard deviation, objects.")
    contrast: LogRange = Field((0.02, 0.5), description="Log-contrast of the texture in objects.")
    wobble: Annotated[Limits, within(0, 0.5)] = Field(
        (0, 0.4), description="How far outlines are from circles."
    )

    def draw(self, shape: Shape, rng: np.random.Generator) -> Image:
        """Draw objects, the last on top, until there have been enough to cover the field."""
        ends = sorted((draw(self.smallest, rng), draw(self.largest, rng)))
        spread, wobble = draw(self.brightness_spread, rng), draw(self.wobble, rng)
        image = np.ones(shape, np.float32)
        covered = 0.0
        for _ in range(MOST):
            radius = _radius(ends[0], ends[1], rng.random())
            centre = rng.uniform(-radius, np.array(shape) + radius)
            _cover(image, centre, radius, wobble, np.exp(rng.normal(0, spread)), rng)
            covered += float(np.pi * radius**2 / np.prod(np.array(shape) + 2 * radius))
            if covered > 3:
                break
        texture = lognormal_field(shape, draw(self.contrast, rng), rng.uniform(2, 4), 20, rng)
        return np.asarray(image * texture, np.float32)


def _radius(low: float, high: float, share: float) -> float:
    """Return a radius whose density falls with the third power: all scales cover alike."""
    return float((low**-2 - share * (low**-2 - high**-2)) ** -0.5)


def _cover(
    image: Image,
    centre: np.ndarray,
    radius: float,
    wobble: float,
    level: float,
    rng: np.random.Generator,
) -> None:
    """Put an opaque object into the part of the image that it covers."""
    low = np.clip(np.floor(centre - 2 * radius), 0, image.shape).astype(int)
    high = np.clip(np.ceil(centre + 2 * radius) + 1, 0, image.shape).astype(int)
    y, x = np.ogrid[low[0] : high[0], low[1] : high[1]]
    y, x = y - centre[0], x - centre[1]
    outline = wobbly_outline(np.arctan2(y, x), radius, wobble, rng)
    inside = np.clip(outline - np.hypot(y, x) + 0.5, 0, 1)
    part = image[low[0] : high[0], low[1] : high[1]]
    part += inside * (level - part)
