"""A gradient: light that rises smoothly over the field, with nothing in it."""

from typing import Literal

import numpy as np
from pydantic import Field

from debcr_plugins.simulation.fields import Image
from debcr_plugins.simulation.ranges import Range, ShareRange, draw
from debcr_plugins.simulation.structures import Shape, Structure


class Gradient(Structure):
    """A ramp, a vignette or a smooth hill: what a network must not turn into objects."""

    kind: Literal["gradient"] = "gradient"
    floor: ShareRange = Field((0, 0.8), description="Brightness where it is darkest, of the peak.")
    bend: Range = Field(
        (0, 2), description="Curvature: 0 a plane ramp, more a hill, the narrower the larger."
    )

    def draw(self, shape: Shape, rng: np.random.Generator) -> Image:
        """Draw the ramp, turned at random, times the hill, whose top lies anywhere."""
        y, x = np.ogrid[: shape[0], : shape[1]]
        y, x = y / max(shape), x / max(shape)
        turn, (top, left) = rng.uniform(0, 2 * np.pi), rng.uniform(0, 1, 2)
        ramp = np.cos(turn) * x + np.sin(turn) * y
        light = (ramp - ramp.min()) / max(float(np.ptp(ramp)), 1e-12)
        light = light + draw(self.bend, rng)
        light = light * np.exp(-2 * draw(self.bend, rng) * ((y - top) ** 2 + (x - left) ** 2))
        light /= max(float(light.max()), 1e-12)
        floor = draw(self.floor, rng)
        return np.asarray(floor + (1 - floor) * light, np.float32)
