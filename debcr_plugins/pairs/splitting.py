"""Divide pairs into training, validation and test: by image, never by overlapping patch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from debcr_core.errors import UsageError
from debcr_plugins.pairs.image_pair import ImagePair

Shares = tuple[float, float, float]
CALLED = {"train": "training", "validation": "validation", "test": "test"}
PARTS = tuple(CALLED)
SMALLEST = 8
"""Pixels along a region, at least."""


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


@dataclass(frozen=True)
class Split:
    """Which pairs serve what.

    Attributes
    ----------
    train, validation, test : list of ImagePair
        Whole images, or regions of images where these are few.
    regions : dict of str to Region
        Which part of its image a pair is, by the pair's name; whole images are not in it.
    """

    train: list[ImagePair]
    validation: list[ImagePair]
    test: list[ImagePair]
    regions: dict[str, Region] = field(default_factory=dict)

    def with_part(self, part: str, pairs: list[ImagePair]) -> Split:
        """Return the same with other pairs in one part."""
        parts = {each: getattr(self, each) for each in PARTS} | {part: pairs}
        return Split(**parts, regions=self.regions)

    def record(self) -> dict[str, Any]:
        """Return names by part, and regions, as values that JSON can hold."""
        names = {part: [pair.name for pair in getattr(self, part)] for part in PARTS}
        regions = {name: region.record() for name, region in self.regions.items()}
        return {**names, "regions": regions}


def split(
    pairs: Sequence[ImagePair], shares: Shares, seed: int, *, gap: int, ordered: bool = False
) -> Split:
    """Divide pairs: by image, or where these are fewer than the parts, each image by regions.

    Parameters
    ----------
    pairs : sequence of ImagePair
        Their names are unique.
    shares : tuple of float
        For training, validation and test, adding up to 1; a part with a share above 0 gets one
        image at least.
    seed : int
        Another seed gives another split. With the same seed, one image more changes the part of
        two others at most.
    gap : int
        Pixels between regions of one image.
    ordered : bool
        Whether neighbours in `pairs` may overlap, so that parts must be runs of them.

    Raises
    ------
    UsageError
        If an image is too small to be divided.
    """
    if len(pairs) < sum(share > 0 for share in shares):
        return _by_region(pairs, shares, gap)
    ranked = list(pairs) if ordered else sorted(pairs, key=lambda pair: _rank(pair.name, seed))
    train, validation, _ = counts(len(pairs), shares)
    ends = (train, train + validation)
    parts = (ranked[: ends[0]], ranked[ends[0] : ends[1]], ranked[ends[1] :])
    first, second, third = (sorted(part, key=lambda pair: pair.name) for part in parts)
    return Split(first, second, third)


def counts(number: int, shares: Shares) -> tuple[int, int, int]:
    """Return how many images each part gets.

    Examples
    --------
    >>> counts(10, (0.8, 0.1, 0.1)), counts(3, (0.8, 0.1, 0.1)), counts(7, (1, 0, 0))
    ((8, 1, 1), (1, 1, 1), (7, 0, 0))
    """
    _, validates, tests = (share > 0 for share in shares)
    # Rounded where parts meet, so that one image more moves each border by one at most.
    first = _clipped(round(number * shares[0]), 1, number - validates - tests)
    second = _clipped(round(number * (shares[0] + shares[1])), first + validates, number - tests)
    return first, second - first, number - second


def _clipped(value: int, low: int, high: int) -> int:
    return min(max(value, low), high)


def _rank(name: str, seed: int) -> bytes:
    """Return a number that depends on this image alone, so that others may come and go."""
    return sha256(f"{seed}/{name}".encode()).digest()


def _by_region(pairs: Sequence[ImagePair], shares: Shares, gap: int) -> Split:
    parts: list[list[ImagePair]] = [[], [], []]
    regions = {}
    for pair in pairs:
        for part, region in zip(parts, _divide(pair, shares, gap), strict=True):
            if region is not None:
                piece = region.crop(pair)
                part.append(piece)
                regions[piece.name] = region
    first, second, third = parts
    return Split(first, second, third, regions)


def _divide(pair: ImagePair, shares: tuple[float, ...], gap: int) -> list[Region | None]:
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
