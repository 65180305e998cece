"""Stripes: waves over the whole field, such as sarcomeres, gratings or uneven illumination."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from debcr_plugins.simulation.fields import Image
from debcr_plugins.simulation.ranges import Limits, ShareRange, draw, within
from debcr_plugins.simulation.structures import Shape, Structure


class Stripes(Structure):
    """Regular waves of one direction, half of the time along the rows or columns."""

    kind: Literal["stripes"] = "stripes"
    wavelength: Annotated[Limits, within(2)] = Field((4, 128), description="From crest to crest.")
    depth: ShareRange = Field(
        (0.05, 1), description="How much darker the troughs are, as a share of the crests."
    )
    sharpness: Annotated[Limits, within(0.1)] = Field(
        (0.5, 8), description="Little is a sine; much are plateaus with steep edges."
    )

    def draw(self, shape: Shape, rng: np.random.Generator) -> Image:
        """Draw the waves, 1 at their crests."""
        y, x = np.ogrid[: shape[0], : shape[1]]
        along = rng.choice([0, np.pi / 2]) if rng.random() < 0.5 else rng.uniform(0, np.pi)
        place = (np.cos(along) * x + np.sin(along) * y) / draw(self.wavelength, rng)
        steep = draw(self.sharpness, rng)
        wave = np.tanh(steep * np.sin(2 * np.pi * (place + rng.random()))) / np.tanh(steep)
        return np.asarray(1 - draw(self.depth, rng) * (1 - wave) / 2, np.float32)
