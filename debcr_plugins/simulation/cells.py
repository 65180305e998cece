"""Whole flat cells: thick in the middle, thin towards the edge."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from debcr_plugins.simulation.fields import Image, lognormal_field
from debcr_plugins.simulation.ranges import Limits, LogRange, ObjectRange, Range, draw, within
from debcr_plugins.simulation.structures import Shape, Structure, wobbly_outline


class Cells(Structure):
    """Spread cells: a gradient from the thick middle to a thin edge, often with a dim nucleus."""

    kind: Literal["cells"] = "cells"
    radius: Annotated[Limits, within(1)] = Field((30, 200), description="Mean radius of a cell.")
    coverage: Range = Field((0.1, 0.8), description="Sum of the cells' areas over the image's.")
    flatness: Range = Field(
        (0.3, 3), description="Exponent of the thickness: low flat, high heaped in the middle."
    )
    rim: Range = Field((0, 0.5), description="Extra label along the edge, relative to the middle.")
    nucleus: ObjectRange = Field((0.1, 1), description="Brightness of the nucleus, 1 unseen.")
    contrast: LogRange = Field((0.05, 0.8), description="Log-contrast of the texture.")
    scale: Range = Field((4, 60), description="Longest wavelength of the texture.")
    brightness_spread: LogRange = Field((0.1, 0.8), description="Log-standard deviation, cells.")

    def draw(self, shape: Shape, rng: np.random.Generator) -> Image:
        """Draw cells; where they overlap, the brighter one is seen."""
        image = np.zeros(shape, np.float32)
        mean_radius = draw(self.radius, rng)
        area = np.prod(np.array(shape) + mean_radius)
        count = 1 + int(rng.poisson(draw(self.coverage, rng) * area / (np.pi * mean_radius**2)))
        flatness, rim = draw(self.flatness, rng), draw(self.rim, rng)
        spread = draw(self.brightness_spread, rng)
        for k in range(count):
            # The first lies inside, so that no image is empty.
            margin = 0.0 if k == 0 else mean_radius / 2
            centre = rng.uniform(-margin, np.array(shape) + margin)
            cell = self._cell(
                shape, centre, mean_radius * rng.uniform(0.7, 1.3), flatness, rim, rng
            )
            np.maximum(image, np.exp(rng.normal(0, spread)) * cell, out=image, casting="same_kind")
        texture = draw(self.contrast, rng), draw(self.scale, rng)
        return image * lognormal_field(shape, texture[0], rng.uniform(2, 5), texture[1], rng)

    def _cell(
        self,
        shape: Shape,
        centre: np.ndarray,
        radius: float,
        flatness: float,
        rim: float,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Return one cell, about 1 in its middle."""
        y, x = np.ogrid[: shape[0], : shape[1]]
        y, x = y - centre[0], x - centre[1]
        outline = wobbly_outline(np.arctan2(y, x), radius, 0.5, rng)
        place = np.hypot(y, x) / np.maximum(outline, 1)
        inside = np.clip((1 - place) * radius / 2, 0, 1)
        thickness = 0.1 + 0.9 * np.clip(1 - place, 0, 1) ** flatness
        edge = rim * np.exp(-0.5 * ((1 - place) * radius / 3) ** 2)
        off = rng.uniform(-0.2, 0.2, 2) * radius
        border = wobbly_outline(np.arctan2(y - off[0], x - off[1]), 0.25 * radius, 0.15, rng)
        beyond = np.hypot(y - off[0], x - off[1]) - border
        nucleus = 1 / (1 + np.exp(np.clip(beyond, -30, 30)))
        dim = 1 - (1 - draw(self.nucleus, rng)) * nucleus
        return np.asarray(inside * dim * (thickness + edge))
