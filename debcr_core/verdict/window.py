"""Windows of an image, in which it is measured, and what several measures need of each."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from debcr_core.evaluation import Values
from debcr_core.image import loaded
from debcr_core.noise_estimates import noise_response, smoothed
from debcr_core.stopping import check_heeded
from debcr_core.verdict.fill import Mask, fill
from debcr_core.verdict.spikes import without_spikes

if TYPE_CHECKING:
    import xarray as xr

SIDE = 256
"""Side of a window, pixels."""
SMALLEST = 96
"""Side of an image below which there is too little of it to measure anything."""
WINDOWS = 8
"""Windows of a channel."""
FILLED = 9
"""Side of a square of one value that no detector would give."""
AROUND = 21
"""Side of the square about such a one that is left out: as far as smoothing and masks reach."""
BESIDE = 13
"""The same about each pixel of fill."""
PLACES = (
    *((0.5, 0.5), (0.2, 0.2), (0.8, 0.8), (0.2, 0.8)),
    *((0.8, 0.2), (0.5, 0.2), (0.5, 0.8), (0.2, 0.5)),
)
"""Where windows lie in a plane, as shares of the room there is."""


Part = tuple[slice, slice]


class Window:
    """A part of one plane.

    Parameters
    ----------
    pixels : numpy.ndarray
        ``(y, x)``, any real dtype, finite.
    """

    def __init__(self, pixels: Values) -> None:
        self.pixels = np.asarray(pixels, np.float64)
        self.whole = bool((self.pixels == np.rint(self.pixels)).all())

    @cached_property
    def brightness(self) -> Values:
        """Intensities without most of the noise."""
        return smoothed(self.steady)

    @cached_property
    def fine(self) -> Values:
        """Response to the noise mask, of neighbours."""
        return noise_response(self.steady)

    @cached_property
    def coarse(self) -> Values:
        """Response to the noise mask, of pixels two apart."""
        return noise_response(self.steady, 2)

    @cached_property
    def flat(self) -> Mask:
        """Where a pixel and its eight neighbours are equal."""
        differs = np.zeros(self.pixels.shape, np.bool_)
        for here, there in _neighbours():
            unequal = self.pixels[here] != self.pixels[there]
            differs[here] |= unequal
            differs[there] |= unequal
        return ~differs

    @cached_property
    def fill(self) -> Mask:
        """Where a value apart from all others was filled in: margins and gaps of mosaics."""
        return fill(self.pixels)

    @cached_property
    def filled(self) -> Mask:
        """Where one value was filled in, and near by: margins, backgrounds set to zero."""
        return _spread(self._alike, AROUND) | _spread(self.fill, BESIDE)

    @cached_property
    def empty(self) -> Mask:
        """The same where that is the smallest value of all, or apart from all others."""
        smallest = self._alike & (self.pixels == self.pixels.min())
        return _spread(smallest, AROUND) | _spread(self.fill, BESIDE)

    @cached_property
    def steady(self) -> Values:
        """Pixels without hot and dead ones and tracks of cosmic rays."""
        return without_spikes(self.pixels, ~self.fill)

    @cached_property
    def _alike(self) -> Mask:
        """Where all pixels of a square of `FILLED` are equal."""
        return ~_spread(~self.flat, FILLED - 2)


def _neighbours() -> Iterator[tuple[Part, Part]]:
    """Yield where pixels are, and where their neighbours: below, right and on both diagonals."""
    first, last, every = slice(None, -1), slice(1, None), slice(None)
    yield (first, every), (last, every)
    yield (every, first), (every, last)
    yield (first, first), (last, last)
    yield (first, last), (last, first)


def _spread(mask: Mask, side: int) -> Mask:
    """Return where a mask is true anywhere in a square about a pixel."""
    if not mask.any():
        return mask
    for _ in range(2):
        wider = mask.copy()
        for away in range(1, side // 2 + 1):
            wider[away:] |= mask[:-away]
            wider[:-away] |= mask[away:]
        mask = wider.T
    return mask


def blocks(values: npt.NDArray[np.generic], side: int) -> npt.NDArray[np.generic]:
    """Return the pixels of each square block of a window, ``(block, pixel)``."""
    y, x = (size // side for size in values.shape)
    whole = values[: y * side, : x * side].reshape(y, side, x, side)
    return whole.swapaxes(1, 2).reshape(y * x, side * side)


def windows_of(channel: xr.DataArray) -> list[Window]:
    """Return windows of one channel, spread over its planes and times; none where it is small.

    At most `WINDOWS` of `SIDE` × `SIDE` pixels are read, whatever the image's size; of a lazy image
    the chunks that hold them. Windows with NaN or infinite pixels are left out.

    Raises
    ------
    Cancelled
        If the stop that is heeded was asked for.
    """
    if min(channel.sizes["y"], channel.sizes["x"]) < SMALLEST:
        return []
    parts = (_part(channel, place) for place in _places(channel))
    return [Window(part) for part in parts if np.isfinite(part).all()]


def _part(channel: xr.DataArray, place: dict[str, int | slice]) -> Values:
    check_heeded()
    return loaded(channel.isel(place))


def _places(channel: xr.DataArray) -> Iterator[dict[str, int | slice]]:
    """Yield where windows lie: one position in each of several planes, then the next position."""
    others = [str(dim) for dim in channel.dims if dim not in ("y", "x")]
    planes = list(np.ndindex(*(channel.sizes[dim] for dim in others)))
    chosen = [planes[i] for i in _spaced(len(planes), WINDOWS)]
    height, width = channel.sizes["y"], channel.sizes["x"]
    enough = -(-height * width // SIDE**2)
    corners = [(_start(height, y), _start(width, x)) for y, x in PLACES[:enough]]
    for (y, x), plane in list(product(corners, chosen))[:WINDOWS]:
        where = {"y": slice(y, y + SIDE), "x": slice(x, x + SIDE)}
        yield {**dict(zip(others, plane, strict=True)), **where}


def _spaced(count: int, most: int) -> list[int]:
    """Return numbers from 0 to `count` − 1, evenly spaced, `most` at most."""
    return sorted({round(number) for number in np.linspace(0, count - 1, min(count, most))})


def _start(size: int, share: float) -> int:
    return round(share * max(size - SIDE, 0))
