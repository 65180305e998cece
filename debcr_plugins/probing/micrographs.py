"""Real micrographs as truth: planes, their black level taken off, and cut to a size."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.errors import ImageError, UsageError
from debcr_core.evaluation import Values, finite_values
from debcr_core.files.finding import find_images
from debcr_core.files.reading import read_image
from debcr_plugins.judging.planes import plane_name, plane_of, plane_places

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from debcr_core.plugins import Plugins

SIDE = 384  # pixels: of larger planes the middle is taken, so that filters can be chosen in minutes
LARGEST_COUNT = 12  # planes


@dataclass(frozen=True)
class Plane:
    """One plane of an image.

    Attributes
    ----------
    name : str
        The image's, and where in it.
    pixels : numpy.ndarray
        ``(y, x)``, float64, as in the file.
    """

    name: str
    pixels: Values

    @property
    def light(self) -> Values:
        """The pixels above the darkest one."""
        return np.asarray(self.pixels - self.pixels.min())


def micrographs(references: Sequence[str], plugins: Plugins) -> list[Plane]:
    """Return planes of images: the middle of each, at most `LARGEST_COUNT`, evenly chosen.

    Parameters
    ----------
    references : sequence of str
        Files, folders or globs.
    plugins : Plugins
        Where readers are found.

    Raises
    ------
    UsageError
        If there are none.
    ImageError
        If one holds NaN, negative values, or nothing but one value.
    """
    found = [part for each in references for part in find_images(each, plugins)]
    if not found:
        raise UsageError("There are no images to probe with: name files or a folder.")
    every = [plane for part in found for plane in _planes(Path(part.path), plugins)]
    chosen = np.linspace(0, len(every) - 1, min(len(every), LARGEST_COUNT)).round().astype(int)
    return [every[number] for number in chosen]


def _planes(path: Path, plugins: Plugins) -> Iterator[Plane]:
    image = read_image(path, plugins)
    for place in plane_places(image):
        plane = plane_of(image, place)
        name = plane_name(path.stem, image, place)
        pixels = middle(finite_values(plane, name))
        if pixels.min() < 0:
            raise ImageError(f"{name} has negative values, which no count of photons has.")
        if np.ptp(pixels) == 0:
            raise ImageError(f"{name} holds nothing but the value {pixels.flat[0]:g}.")
        yield Plane(name, pixels)


def middle(pixels: Values, side: int = SIDE) -> Values:
    """Return the middle of a plane, at most so many pixels along each axis."""
    starts = [max(size - side, 0) // 2 for size in pixels.shape]
    return pixels[tuple(slice(start, start + side) for start in starts)]
