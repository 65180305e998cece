"""Axons and dendrites: branching tubes with grainy label, a denser edge, and spines."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from debcr_plugins.simulation.fields import Image, lognormal_field
from debcr_plugins.simulation.ranges import Limits, LogRange, Range, draw, within
from debcr_plugins.simulation.structures import Shape, Structure, deposit, smooth_steps

Path = np.ndarray


class Neurites(Structure):
    """Tubes of varying width that branch, with label inside and along the edge, and spines."""

    kind: Literal["neurites"] = "neurites"
    density: Range = Field((5, 60), description="Tubes per million pixels, branches apart.")
    width: Annotated[Limits, within(1)] = Field((4, 60), description="Mean width of a tube.")
    width_spread: LogRange = Field((0.1, 0.8), description="Log-standard deviation of widths.")
    swelling: LogRange = Field((0, 0.4), description="Log-contrast of the width along a tube.")
    curvature: Range = Field((0.002, 0.02), description="Bending, radian per root of pixel.")
    branches: Range = Field((0, 3), description="Mean number of branches of a tube.")
    edge: Range = Field((0, 1.5), description="Label along the edge, relative to the inside.")
    contrast: LogRange = Field((0.1, 1.2), description="Log-contrast of the grain.")
    grain: Range = Field((4, 40), description="Longest wavelength of the grain.")
    spines: Range = Field((0, 0.03), description="Spines per pixel of length.")
    spine_brightness: Range = Field((0.5, 4), description="Brightness of a spine's head.")

    def draw(self, shape: Shape, rng: np.random.Generator) -> Image:
        """Draw tubes, their branches and spines; where they overlap, they add up."""
        image = np.zeros(shape, np.float32)
        width, spread = draw(self.width, rng), draw(self.width_spread, rng)
        swelling, bend = draw(self.swelling, rng), draw(self.curvature, rng)
        edge, spines = draw(self.edge, rng), draw(self.spines, rng)
        branches, spine_brightness = draw(self.branches, rng), draw(self.spine_brightness, rng)
        count = 1 + int(rng.poisson(draw(self.density, rng) * np.prod(shape) / 1e6))
        for _ in range(count):
            own = 0.5 * width * np.exp(rng.normal(0, spread))
            stem = _path_through(shape, bend, rng)
            radius = own * _swellings(len(stem), swelling, rng)
            image += _tube(shape, stem, radius, edge)
            image += spine_brightness * _spines(shape, stem, radius, spines, rng)
            for _ in range(rng.poisson(branches)):
                start = int(rng.integers(len(stem) - 1))
                twig = _branch(stem, start, max(shape), bend, rng)
                thin = rng.uniform(0.2, 0.7) * radius[start] * np.linspace(1, 0.4, len(twig))
                image += _tube(shape, twig, thin, edge)
        texture = draw(self.contrast, rng), draw(self.grain, rng)
        return image * lognormal_field(shape, texture[0], rng.uniform(2, 4), texture[1], rng)


def _walk(
    start: np.ndarray, heading: float, steps: int, bend: float, rng: np.random.Generator
) -> Path:
    """Return a smooth path of steps of one pixel, axes step, ``y x``."""
    angle = heading + np.cumsum(smooth_steps(rng.normal(0, bend, (1, steps))), axis=1)[0]
    return np.asarray(start + np.cumsum(np.stack([np.sin(angle), np.cos(angle)], axis=1), axis=0))


def _path_through(shape: Shape, bend: float, rng: np.random.Generator) -> Path:
    """Return a path that crosses the image, through a random place in it."""
    steps = 3 * max(shape)
    path = _walk(np.zeros(2), rng.uniform(0, 2 * np.pi), steps, bend, rng)
    return np.asarray(path - path[steps // 2] + rng.uniform(0, 1, 2) * np.array(shape))


def _branch(stem: Path, start: int, longest: int, bend: float, rng: np.random.Generator) -> Path:
    """Return a path that leaves the stem sideways."""
    along = stem[start + 1] - stem[start]
    aside = rng.choice([-1, 1]) * rng.uniform(0.4, 1.4)
    heading = np.arctan2(along[0], along[1]) + aside
    return _walk(stem[start], float(heading), int(rng.integers(20, 20 + longest)), 2 * bend, rng)


def _swellings(steps: int, contrast: float, rng: np.random.Generator) -> np.ndarray:
    """Return factors of the width along a path: smooth, about 1."""
    from scipy.ndimage import gaussian_filter1d

    smooth = gaussian_filter1d(rng.standard_normal(steps), 12)
    return np.asarray(np.exp(contrast * smooth / max(smooth.std(), 1e-12)))


def _tube(shape: Shape, path: Path, radius: np.ndarray, edge: float) -> np.ndarray:
    """Return a tube around a path: the projection of a filled cylinder, and of its skin."""
    from scipy.ndimage import distance_transform_edt

    y, x = np.rint(path).astype(int).T
    inside = (y >= 0) & (y < shape[0]) & (x >= 0) & (x < shape[1])
    if not inside.any():
        return np.zeros(shape)
    width = np.zeros(shape)
    width[y[inside], x[inside]] = np.maximum(radius[inside], 0.7)
    distance, nearest = distance_transform_edt(width == 0, return_indices=True)
    place = distance / width[tuple(nearest)]
    skin = np.exp(-0.5 * ((1 - place) * width[tuple(nearest)] / 1.2) ** 2)
    return np.asarray(np.sqrt(np.clip(1 - place**2, 0, 1)) + edge * skin * (place < 1))


def _spines(
    shape: Shape, path: Path, radius: np.ndarray, density: float, rng: np.random.Generator
) -> np.ndarray:
    """Return spines along a path: a thin neck and a head, about 1 in the head."""
    from scipy.ndimage import gaussian_filter

    place = rng.integers(len(path) - 1, size=rng.poisson(density * len(path)))
    along = path[place + 1] - path[place]
    side = rng.choice([-1, 1], size=(place.size, 1))
    out = side * np.stack([along[:, 1], -along[:, 0]], axis=1)
    reach = np.linspace(0.8 * radius[place], radius[place] + rng.uniform(3, 18, place.size), 12)
    neck = reach[..., None] * out + path[place]
    thin = gaussian_filter(deposit(shape, neck.reshape(-1, 2).T, np.ones(neck.size // 2)), 0.8)
    head = np.repeat(neck[-1], 6, axis=0) + rng.normal(0, 1.5, (6 * place.size, 2))
    thick = gaussian_filter(deposit(shape, head.T, np.ones(len(head))), 1.5)
    return np.asarray(thin + 2 * thick)
