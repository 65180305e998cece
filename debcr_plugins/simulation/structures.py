"""Structures a fluorescent label marks, drawn as sharp, non-negative label densities.

Every structure is a frozen parameter list with one method, ``draw(shape, rng)``, which returns
a float32 image with axes ``y, x`` in arbitrary units, before any blur by the microscope.
Lengths are in pixels.
"""

from abc import ABC, abstractmethod
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from debcr_plugins.simulation.fields import Image, lognormal_field, power_law_field
from debcr_plugins.simulation.ranges import (
    Limits,
    LogRange,
    ObjectLimits,
    ObjectRange,
    Range,
    ShareRange,
    draw,
    within,
)

Shape = tuple[int, int]


class Structure(BaseModel, ABC):
    """A kind of label distribution and the ranges its parameters are drawn from."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @abstractmethod
    def draw(self, shape: Shape, rng: np.random.Generator) -> Image:
        """Return one random label density of this kind, float32, axes ``y, x``."""


class Filaments(Structure):
    """Curved filaments, single or in bundles, even or beaded along their length.

    Beads in step across a bundle give the stripes of sarcomeres and of the membrane-associated
    periodic skeleton of axons.
    """

    kind: Literal["filaments"] = "filaments"
    density: Range = Field((100, 2000), description="Filaments per million pixels.")
    length: Annotated[Limits, within(1)] = Field((60, 600), description="Length of a filament.")
    curvature: Range = Field((0.002, 0.06), description="Bending, radian per square root of pixel.")
    alignment: Range = Field((0.1, 3), description="Spread of directions, radian.")
    strands: Annotated[Limits, within(1)] = Field((1, 12), description="Strands in a bundle.")
    bundle_width: Range = Field((1, 25), description="Full width of a bundle.")
    bead_period: Annotated[Limits, within(1)] = Field(
        (5, 40), description="Distance between beads."
    )
    bead_depth: ShareRange = Field((0, 1), description="Modulation by the beads, 0 even to 1 full.")
    brightness_spread: LogRange = Field(
        (0.1, 1.2), description="Log-standard deviation, filaments."
    )

    def draw(self, shape: Shape, rng: np.random.Generator) -> Image:
        """Draw filaments; where they cross, they add up."""
        count = 1 + int(rng.poisson(draw(self.density, rng) * np.prod(shape) / 1e6))
        strands, steps = round(draw(self.strands, rng)), 2 * round(draw(self.length, rng))
        heading = rng.uniform(0, 2 * np.pi) + rng.normal(0, draw(self.alignment, rng), (count, 1))
        bends = rng.normal(0, draw(self.curvature, rng) * np.sqrt(0.5), (count, steps))
        angle = heading + np.cumsum(smooth_steps(bends), axis=1)
        path = 0.5 * np.cumsum(np.stack([np.sin(angle), np.cos(angle)]), axis=-1)
        start = rng.uniform(-0.1, 1.1, (2, count, 1)) * np.array(shape)[:, None, None]
        path += start - path[..., steps // 2, None]
        normal = np.stack([np.cos(angle), -np.sin(angle)])
        offset = draw(self.bundle_width, rng) * rng.uniform(-0.5, 0.5, (1, count, strands, 1))
        points = path[:, :, None] + offset * normal[:, :, None]
        weight = np.broadcast_to(self._brightness(count, steps, rng), points.shape[1:])
        return deposit(shape, points.reshape(2, -1), weight.reshape(-1))

    def _brightness(self, count: int, steps: int, rng: np.random.Generator) -> Image:
        """Brightness of every step along every filament, axes filament, strand (1), step."""
        depth, period = draw(self.bead_depth, rng), 2 * draw(self.bead_period, rng)
        phase = 2 * np.pi * (np.arange(steps) / period + rng.uniform(0, 1, (count, 1)))
        beads = 1 + depth * np.cos(phase)
        level = np.exp(rng.normal(0, draw(self.brightness_spread, rng), (count, 1)))
        return np.asarray((beads * level)[:, None], np.float32)


class Puncta(Structure):
    """Round spots, scattered or in clusters, many of them dim and few bright."""

    kind: Literal["puncta"] = "puncta"
    density: Range = Field((200, 6000), description="Spots per million pixels.")
    radius: Range = Field((0.3, 3), description="Standard deviation of a spot's profile.")
    cluster_size: Annotated[Limits, within(1)] = Field(
        (1, 15), description="Mean number of spots in a cluster."
    )
    cluster_radius: Range = Field((4, 40), description="Standard deviation of a cluster.")
    brightness_spread: LogRange = Field((0.1, 1.5), description="Log-standard deviation, spots.")

    def draw(self, shape: Shape, rng: np.random.Generator) -> Image:
        """Draw spots of three sizes around the drawn radius."""
        from scipy.ndimage import gaussian_filter

        size = draw(self.cluster_size, rng)
        clusters = 1 + int(rng.poisson(draw(self.density, rng) * np.prod(shape) / 1e6 / size))
        members = rng.poisson(size, clusters) + 1
        centres = np.repeat(rng.uniform(0, 1, (2, clusters)) * np.array([shape]).T, members, axis=1)
        points = centres + rng.normal(0, draw(self.cluster_radius, rng), centres.shape)
        level = np.exp(rng.normal(0, draw(self.brightness_spread, rng), centres.shape[1]))
        image = np.zeros(shape, np.float32)
        radius = draw(self.radius, rng)
        family = rng.integers(0, 3, level.size)
        for k, factor in enumerate((0.6, 1.0, 1.6)):
            chosen = family == k
            image += gaussian_filter(
                deposit(shape, points[:, chosen], level[chosen]), radius * factor
            )
        return image


class Membranes(Structure):
    """Outlines of neighbouring cells, with uneven label along them and a faint filling."""

    kind: Literal["membranes"] = "membranes"
    cell_diameter: Annotated[Limits, within(2)] = Field(
        (12, 120), description="Mean diameter of a cell."
    )
    thickness: Annotated[Limits, within(0.1)] = Field(
        (0.5, 3), description="Standard deviation of the outline's profile."
    )
    waviness: ObjectRange = Field(
        (0, 0.3), description="Displacement of outlines, in cell diameters."
    )
    unevenness: LogRange = Field(
        (0, 1), description="Log-contrast of the label along the outlines."
    )
    filling: Range = Field((0, 0.5), description="Label in the cells, relative to the outline.")

    def draw(self, shape: Shape, rng: np.random.Generator) -> Image:
        """Draw the outlines as the edges of a warped Voronoi diagram."""
        from scipy.spatial import KDTree

        diameter = draw(self.cell_diameter, rng)
        area = np.array(shape) + 4 * diameter
        count = 3 + int(rng.poisson(np.prod(area) / diameter**2))
        seeds = rng.uniform(0, 1, (count, 2)) * area - 2 * diameter
        grid = np.moveaxis(np.mgrid[: shape[0], : shape[1]].astype(np.float32), 0, -1)
        for axis in range(2):
            push = draw(self.waviness, rng) * diameter
            grid[..., axis] += push * power_law_field(shape, 4, 4 * diameter, rng)
        distance, nearest = KDTree(seeds).query(grid, k=2)
        to_edge = (distance[..., 1] - distance[..., 0]) / 2
        outline = np.exp(-0.5 * (to_edge / draw(self.thickness, rng)) ** 2)
        outline = outline * lognormal_field(shape, draw(self.unevenness, rng), 3, diameter, rng)
        fill = draw(self.filling, rng) * np.exp(rng.normal(0, 0.7, count))[nearest[..., 0]]
        return np.asarray(outline + fill, np.float32)


class Nuclei(Structure):
    """Nuclei with chromatin texture, some of them condensed: small and much brighter."""

    kind: Literal["nuclei"] = "nuclei"
    radius: Annotated[Limits, within(1)] = Field((5, 50), description="Mean radius of a nucleus.")
    coverage: Range = Field((0.05, 0.6), description="Sum of the nuclei's areas over the image's.")
    elongation: Annotated[ObjectLimits, within(1)] = Field(
        (1, 2), description="Ratio of a nucleus's axes."
    )
    roundness: Range = Field(
        (0.05, 0.8), description="Exponent of the profile: 0 a disc, 0.5 the projection of a ball."
    )
    chromatin_contrast: LogRange = Field((0.02, 0.8), description="Log-contrast of the texture.")
    chromatin_scale: Range = Field((4, 40), description="Longest wavelength of the texture.")
    brightness_spread: LogRange = Field((0.1, 0.8), description="Log-standard deviation, nuclei.")
    condensed_fraction: ShareRange = Field((0, 0.2), description="Share of condensed nuclei.")
    condensed_brightness: ObjectRange = Field(
        (2, 10), description="Brightness of condensed nuclei."
    )

    def draw(self, shape: Shape, rng: np.random.Generator) -> Image:
        """Draw nuclei; where they overlap, they add up."""
        image = np.zeros(shape, np.float32)
        mean_radius = draw(self.radius, rng)
        area = np.prod(np.array(shape) + 2 * mean_radius)
        count = 1 + int(rng.poisson(draw(self.coverage, rng) * area / (np.pi * mean_radius**2)))
        spread, roundness = draw(self.brightness_spread, rng), draw(self.roundness, rng)
        condensed_fraction = draw(self.condensed_fraction, rng)
        for _ in range(count):
            centre = rng.uniform(-mean_radius, np.array(shape) + mean_radius)
            radius, level = mean_radius * rng.uniform(0.7, 1.3), np.exp(rng.normal(0, spread))
            if rng.random() < condensed_fraction:
                radius, level = 0.45 * radius, level * draw(self.condensed_brightness, rng)
            self._add_nucleus(image, centre, radius, roundness, level, rng)
        texture = draw(self.chromatin_contrast, rng), draw(self.chromatin_scale, rng)
        return image * lognormal_field(shape, texture[0], rng.uniform(2, 5), texture[1], rng)

    def _add_nucleus(
        self,
        image: Image,
        centre: np.ndarray,
        radius: float,
        roundness: float,
        level: float,
        rng: np.random.Generator,
    ) -> None:
        """Add an ellipse with a wobbling outline into the part of the image that it covers."""
        reach = 2 * radius + 2
        low = np.clip(np.floor(centre - reach), 0, image.shape).astype(int)
        high = np.clip(np.ceil(centre + reach), 0, image.shape).astype(int)
        y, x = np.mgrid[low[0] : high[0], low[1] : high[1]].astype(np.float32)
        y, x = y - centre[0], x - centre[1]
        turn, stretch = rng.uniform(0, np.pi), np.sqrt(draw(self.elongation, rng))
        u = (np.cos(turn) * x + np.sin(turn) * y) / stretch
        v = (np.cos(turn) * y - np.sin(turn) * x) * stretch
        outline = wobbly_outline(np.arctan2(v, u), radius, 0.12, rng)
        depth = np.clip(1 - (u**2 + v**2) / outline**2, 0, 1)
        image[low[0] : high[0], low[1] : high[1]] += level * depth**roundness * (depth > 0)


class Texture(Structure):
    """Label without outline, as in cytoplasm: a random field, thinned out where cells end."""

    kind: Literal["texture"] = "texture"
    contrast: LogRange = Field((0.1, 1.5), description="Log-contrast of the fine texture.")
    exponent: Range = Field((2, 5), description="Fall-off of its power, 2 rough to 5 smooth.")
    scale: Range = Field((8, 200), description="Its longest wavelength.")
    gaps: ShareRange = Field((0, 0.9), description="Share of the image outside any cell.")

    def draw(self, shape: Shape, rng: np.random.Generator) -> Image:
        """Draw a textured field inside random cells."""
        exponent, scale = draw(self.exponent, rng), draw(self.scale, rng)
        image = lognormal_field(shape, draw(self.contrast, rng), exponent, scale, rng)
        cells = power_law_field(shape, rng.uniform(4, 6), 4 * max(shape), rng)
        edge = np.quantile(cells, draw(self.gaps, rng))
        inside = 1 / (1 + np.exp(-np.clip((cells - edge) / rng.uniform(0.02, 0.3), -30, 30)))
        return np.asarray(image * inside, np.float32)


def deposit(shape: Shape, points: np.ndarray, weight: np.ndarray) -> Image:
    """Sum point emitters into pixels, each split linearly between its four neighbours.

    Parameters
    ----------
    shape
        Height and width in pixels.
    points
        ``(2, n)``, ``y`` and ``x`` in pixels; pixel centres lie at integers.
    weight
        ``(n,)``, brightness of each point. Points outside the image are left out.

    Returns
    -------
    Image
        float32, axes ``y, x``.
    """
    height, width = shape
    corner = np.floor(points).astype(int)
    part = points - corner
    image = np.zeros(height * width)
    for dy in (0, 1):
        for dx in (0, 1):
            y, x = corner[0] + dy, corner[1] + dx
            share = weight * np.abs(1 - dy - part[0]) * np.abs(1 - dx - part[1])
            inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
            image += np.bincount(y[inside] * width + x[inside], share[inside], height * width)
    return np.asarray(image.reshape(shape), np.float32)


def wobbly_outline(
    angle: np.ndarray, radius: float, wobble: float, rng: np.random.Generator
) -> np.ndarray:
    """Return the distance of a closed outline from its centre, in each of the directions.

    Parameters
    ----------
    angle
        Directions in radian, any shape.
    radius
        Mean distance.
    wobble
        Standard deviation of the first lobes, relative to the radius; finer ones are smaller.
    rng
        Source of randomness.
    """
    outline = radius * np.ones_like(angle)
    for order in (2, 3, 4, 5):
        size = rng.normal(0, wobble / order)
        outline *= 1 + size * np.cos(order * angle + rng.uniform(0, 2 * np.pi))
    return outline


def smooth_steps(bends: np.ndarray, window: int = 16) -> np.ndarray:
    """Average bends along a filament, so that it curves rather than jitters."""
    from scipy.ndimage import uniform_filter1d

    return np.asarray(uniform_filter1d(bends, window, axis=1) * np.sqrt(window))
