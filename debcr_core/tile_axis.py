"""Tiles along one axis: where they start, and the sizes they can have."""

from __future__ import annotations

from debcr_core.signature import Footprint


def round_up(size: int, step: int) -> int:
    """Return the smallest multiple of `step` that is not below `size`."""
    return -(-size // step) * step


def valid_size(size: int, smallest: int, stride: int) -> int:
    """Return the smallest of ``smallest + k · stride`` that is not below `size`."""
    return smallest + round_up(max(size - smallest, 0), stride)


def tile_shape(
    shape: tuple[int, ...], wanted: tuple[int, ...], footprint: Footprint
) -> tuple[int, ...]:
    """Return the tiles' shape, one that the network accepts.

    The largest that is not above `wanted`, but no larger than the image needs: an image that is
    smaller than the tile is continued by less than a stride, or to the smallest size.
    """
    if footprint.fixed_size is not None:
        return footprint.fixed_size
    return tuple(map(_tile_size, shape, wanted, footprint.stride, footprint.min_size))


def _tile_size(size: int, wanted: int, stride: int, smallest: int) -> int:
    below = smallest + (wanted - smallest) // stride * stride
    # Tiles start a stride apart at least, and would leave gaps if they were shorter than that.
    return min(max(below, valid_size(stride, smallest, stride)), valid_size(size, smallest, stride))


def tile_starts(size: int, tile: int, step: int, stride: int) -> list[int]:
    """Return where tiles start: every `step` pixels, the last one flush with the image's end.

    All starts are multiples of the stride if `step` is. Where the tiles do not fit the image's
    size, the last one ends less than a stride beyond it.
    """
    last = round_up(max(size - tile, 0), stride)
    return [*range(0, last, step), last]
