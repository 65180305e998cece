"""Percentiles of a possibly lazy image, exact and in bounded memory.

A percentile lies between two neighbours in the sorted image. They are found without sorting:
pixels become unsigned integers of the same order, whose digits (of 16 bits) are settled one
after the other, from the leading one, by counting. That takes one pass over the image for pixels
of up to 16 bits, two for 32 and four for 64.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from debcr_core.components import Array
from debcr_core.statistics import Sifted, blocks

if TYPE_CHECKING:
    import xarray as xr

PIECE = 2**18
DIGIT = 16


@dataclass(frozen=True, eq=False)
class Tallied:
    """Pixels whose leading digits are counted once, however often quantiles are asked for.

    Attributes
    ----------
    pixels : xarray.DataArray or Sifted
        Possibly lazy.
    """

    pixels: xr.DataArray | Sifted

    @property
    def size(self) -> int:
        """How many they are."""
        return self.pixels.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """Their type."""
        return self.pixels.dtype

    def blocks(self) -> Iterator[Array]:
        """Yield all of them (see `Sifted`)."""
        return blocks(self.pixels)

    @cached_property
    def leading(self) -> Array:
        """Of each choice of the leading digit, in how many pixels it is."""
        dtype = _counted_type(self.dtype)
        shift = max(8 * dtype.itemsize - DIGIT, 0)
        return _count_digits(self.pixels, dtype, {0}, shift)[0]


def percentiles(image: xr.DataArray | Sifted, low: float, high: float) -> tuple[float, float]:
    """Return two percentiles, linearly interpolated as `numpy.percentile` does, in float64."""
    below, above = quantiles(image, [low / 100, high / 100])
    return below, above


def quantiles(
    image: xr.DataArray | Sifted,
    shares: list[float],
    method: Literal["linear", "inverted_cdf"] = "linear",
) -> list[float]:
    """Return quantiles, settled as `numpy.quantile` settles them, in float64.

    Parameters
    ----------
    image : xarray.DataArray or Sifted
        Possibly lazy; or some of its pixels.
    shares : list of float
        Between 0 and 1.
    method : {"linear", "inverted_cdf"}
        Interpolate between the two neighbours, or take the one below which that share lies.
    """
    if method == "inverted_cdf":
        return order_statistics(
            image, [max(int(np.ceil(share * image.size)) - 1, 0) for share in shares]
        )
    places = [share * (image.size - 1) for share in shares]
    ranks = [rank for place in places for rank in (int(np.floor(place)), int(np.ceil(place)))]
    values = order_statistics(image, ranks)
    return [
        float(before + (after - before) * (place - np.floor(place)))
        for place, before, after in zip(places, values[::2], values[1::2], strict=True)
    ]


def order_statistics(image: xr.DataArray | Sifted, ranks: list[int]) -> list[float]:
    """Return the pixels at some ranks of the sorted image, as float64.

    Parameters
    ----------
    image : xarray.DataArray or Sifted
        Integer, real or bool; read once for every 16 bits of a pixel, and where it is `Tallied`
        not again for the first of them.
    ranks : list of int
        From 0, the smallest pixel, to ``image.size - 1``, the largest.

    Raises
    ------
    ImageError
        If some pixels are NaN or infinite.
    """
    tallied = image if isinstance(image, Tallied) else Tallied(image)
    if getattr(tallied.pixels, "chunks", ()) is None and image.size <= PIECE:
        return _sorted_out(tallied.pixels, ranks)
    dtype = _counted_type(image.dtype)
    # Of each wanted pixel: the digits settled so far, and its rank among those that share them.
    found = [_settle(0, rank, tallied.leading) for rank in ranks]
    for shift in reversed(range(0, 8 * dtype.itemsize - DIGIT, DIGIT)):
        counts = _count_digits(image, dtype, {leading for leading, _ in found}, shift)
        found = [_settle(leading, rank, counts[leading]) for leading, rank in found]
    return _values([key for key, _ in found], dtype)


def _sorted_out(image: xr.DataArray | Sifted, ranks: list[int]) -> list[float]:
    """Return the same of a small image in memory, many times as fast."""
    (pixels,) = blocks(image)
    values: list[float] = np.partition(pixels, ranks, axis=None)[ranks].astype(np.float64).tolist()
    return values


def _count_digits(
    image: xr.DataArray | Sifted, dtype: np.dtype[Any], leading: set[int], shift: int
) -> dict[int, Array]:
    """Count, for each choice of leading digits, which digit follows in how many pixels."""
    width = min(DIGIT, 8 * dtype.itemsize)
    counts = {digits: np.zeros(2**width, np.int64) for digits in leading}
    for pixels in _pieces(image, dtype):
        keys = _keys(pixels)
        above = keys >> (shift + width)
        following = (keys >> shift) & (2**width - 1)
        for digits in leading:
            chosen = following[above == digits].astype(np.intp)
            counts[digits] += np.bincount(chosen, minlength=2**width)
    return counts


def _settle(leading: int, rank: int, counts: Array) -> tuple[int, int]:
    """Append the digit that the pixel of this rank has, and return its rank among equals."""
    cumulative = np.cumsum(counts)
    digit = int(np.searchsorted(cumulative, rank, side="right"))
    return leading * len(counts) + digit, rank - int(cumulative[digit] - counts[digit])


def _pieces(image: xr.DataArray | Sifted, dtype: np.dtype[Any]) -> Iterator[Array]:
    """Yield all pixels in short one-dimensional pieces, whatever the blocks' size and layout."""
    for block in blocks(image):
        flags: Any = ["external_loop", "buffered"]
        with np.nditer(
            block, flags, op_dtypes=[dtype], casting="same_kind", buffersize=PIECE
        ) as pieces:
            yield from pieces


def _counted_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the pixels' type in native byte order, and at most 64 bits wide."""
    return np.dtype(np.float64) if dtype.itemsize > 8 else dtype.newbyteorder("=")


def _keys(pixels: Array) -> Array:
    """Return unsigned integers of the same width and order as the pixels.

    Real numbers (IEEE 754) of either sign sort by their bits once the sign bit is turned over, and
    in negative ones all others as well.
    """
    bits = pixels.view(f"u{pixels.itemsize}")
    sign = 1 << (8 * pixels.itemsize - 1)
    if pixels.dtype.kind == "f":
        return np.asarray(np.where(bits & sign, ~bits, bits | sign))
    return np.asarray(bits ^ sign if pixels.dtype.kind == "i" else bits)


def _values(keys: list[int], dtype: np.dtype[Any]) -> list[float]:
    """Undo `_keys`."""
    bits = np.array(keys, f"u{dtype.itemsize}")
    sign = 1 << (8 * dtype.itemsize - 1)
    if dtype.kind == "f":
        bits = np.where(bits & sign, bits ^ sign, ~bits)
    elif dtype.kind == "i":
        bits = bits ^ sign
    values: list[float] = bits.view(dtype).astype(np.float64).tolist()
    return values
