"""Disjoint regions of one image, where there are too few images to keep some from training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from debcr_core.errors import UsageError
from debcr_plugins.pairs.image_pair import ImagePair

SMALLEST = 8


@dataclass(frozen=True)
class Region:
    """A range of one axis of an image.

    Attributes
    ----------
    image : str
        Name of the pair.
    axis : str
        ``z``, ``y`` or ``x``.
    start, stop : int
        First pixel, and the one behind the last.
    """

    image: str
    axis: str
    start: int
    stop: int

    def crop(self, pair: ImagePair) -> ImagePair:
        """Return this region of a pair, lazily; named ``cell_x0-336``."""
        place = {self.axis: slice(self.start, self.stop)}
        degraded = pair.input.isel(place)
        target = degraded if pair.target is pair.input else pair.target.isel(place)
        return ImagePair(f"{pair.name}_{self.axis}{self.start}-{self.stop}", degraded, target)

    def record(self) -> dict[str, Any]:
        """Return it as values that JSON can hold."""
        return vars(self).copy()


def divide(pair: ImagePair, shares: tuple[float, ...], gap: int) -> list[Region | None]:
    """Divide an image along its longest axis of z, y and x.

    Parameters
    ----------
    pair : ImagePair
        The image.
    shares : tuple of float
        Share of each region in the length without the gaps; none is made for a share of 0.
    gap : int
        Pixels between regions, which belong to none.

    Raises
    ------
    UsageError
        If the image is too short for the gaps and `SMALLEST` pixels for each region.
    """
    sizes = {axis: pair.input.sizes[axis] for axis in "xyz" if axis in pair.input.dims}
    axis = max(sizes, key=lambda each: sizes[each])
    wanted = [share for share in shares if share > 0]
    length = sizes[axis] - gap * (len(wanted) - 1)
    if length * min(wanted) < SMALLEST:
        raise UsageError(
            f"The image {pair.name} is too small ({sizes[axis]} pixels along {axis}) to be "
            f"divided into {len(wanted)} regions with gaps of {gap} pixels: give more images, or "
            "a smaller gap, or validation and test images of their own."
        )
    regions: list[Region | None] = []
    start, used = 0, 0.0
    for share in shares:
        used += share
        stop = start if share == 0 else round(length * used) + gap * len([r for r in regions if r])
        regions.append(Region(pair.name, axis, start, stop) if share else None)
        start = stop + gap if share else start
    return regions
