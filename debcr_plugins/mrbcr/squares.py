"""Maps of squares of 2×2 pixels, each with four channels, for networks that are exported.

ONNX Runtime convolves to 16 maps at once, even where four are asked for, and copies what is cut out
of others or put together. Four maps of squares are 16, of which none is idle, and need neither.

A square begins at an even row and column, or lies *between*: one pixel above and to the left of
that, with one row and column of squares more. A convolution 3×3 then sees four squares of the other
kind, where it would see nine of its own.
"""

import torch
from torch import Tensor
from torch.nn import functional

from debcr_plugins.mrbcr.layers import settled

SIDE = 2
"""Pixels along a square."""
PIXELS = SIDE**2
"""Pixels of a square: channels that a map becomes."""
FAR_BELOW = -1e30
"""What a rectified sum is 0 with, whatever else is added."""


def squares_of(maps: Tensor, kernel: Tensor, bias: Tensor | None) -> Tensor:
    """Convolve maps of pixels to maps of squares.

    Parameters
    ----------
    maps
        Tensor ``(batch, n, y, x)``, y and x even.
    kernel, bias
        Tensors ``(m, n, side, side)`` and ``(m,)``, or no bias. 3×3 makes squares that lie
        between, 1×1 the others.

    Returns
    -------
    torch.Tensor
        ``(batch, 4 m, y/2, x/2)``, or one row and column more. The channels of a map follow each
        other: the pixels of a square, row by row.
    """
    padding = SIDE * (kernel.shape[-1] // 2)
    kernel = settled(_at_each_pixel(kernel))
    return functional.conv2d(maps, kernel, _for_each_pixel(bias), SIDE, padding)


def convolved_squares(
    maps: Tensor, kernel: Tensor, bias: Tensor | None = None, *, between: bool = False
) -> Tensor:
    """Convolve maps of squares: by 3×3 to the other kind, by 1×1 to the same.

    Parameters
    ----------
    maps
        Tensor ``(batch, 4 n, y, x)``.
    kernel, bias
        Tensors ``(m, n, side, side)`` and ``(m,)``, or no bias.
    between
        Whether what 3×3 makes lies between.
    """
    kernel = settled(functional.pixel_unshuffle(_at_each_pixel(kernel), SIDE))
    padding = 1 if between else 0
    return functional.conv2d(maps, kernel, _for_each_pixel(bias), padding=padding)


def chosen_squares(maps: Tensor, first: int, count: int, total: int) -> Tensor:
    """Return ``count`` of ``total`` maps of squares; by a convolution, since slices are copies."""
    kernel = torch.eye(total)[first : first + count, :, None, None]
    return convolved_squares(maps, kernel)


def outside_of_squares(maps: Tensor, inputs: int, count: int) -> Tensor:
    """Return what keeps rectified sums 0 at pixels outside of the image, where squares between lie.

    Parameters
    ----------
    maps
        Tensor ``(batch, inputs, y, x)``: any maps of the image.
    count
        Number of maps that are returned.

    Returns
    -------
    torch.Tensor
        ``(batch, 4 count, y/2 + 1, x/2 + 1)``: 0 inside.
    """
    inside = squares_of(maps, torch.zeros(1, inputs, 1, 1), torch.ones(1))
    middle = functional.pad(torch.full((count, 1, 1, 1), -FAR_BELOW), (1, 1, 1, 1))
    return convolved_squares(inside, middle, torch.full((count,), FAR_BELOW), between=True)


def pixels_of(maps: Tensor) -> Tensor:
    """Return maps of squares, ``(batch, 4 n, y, x)``, as ``(batch, n, 2 y, 2 x)``."""
    return functional.pixel_shuffle(maps, SIDE)


def _at_each_pixel(kernel: Tensor) -> Tensor:
    """Return a kernel for each pixel of a square, all of which see what one of them sees."""
    places = [(x, 1 - x, y, 1 - y) for y in range(SIDE) for x in range(SIDE)]
    return torch.stack([functional.pad(kernel, place) for place in places], dim=1).flatten(0, 1)


def _for_each_pixel(bias: Tensor | None) -> Tensor | None:
    return None if bias is None else settled(bias.repeat_interleave(PIXELS))
