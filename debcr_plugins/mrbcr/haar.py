"""One level of the Haar wavelet: 2×2 pixels as four coefficients, and averages of these.

Orthogonal, so that squares add up to the same on both sides. Source: Haar 1910,
https://doi.org/10.1007/BF01456326.
"""

import torch
from torch import Tensor
from torch.nn import functional

MAPS = 4
"""Coefficients of 2×2 pixels: one scaling coefficient, three wavelet coefficients."""


def coefficients(image: Tensor) -> Tensor:
    """Return the coefficients of an image.

    Parameters
    ----------
    image : torch.Tensor
        ``(batch, 1, y, x)``, y and x even.

    Returns
    -------
    torch.Tensor
        ``(batch, 4, y/2, x/2)``: twice the mean of 2×2 pixels, then half their differences along x,
        along y, and along both.
    """
    return _rotated(functional.pixel_unshuffle(image, 2))


def image_of(maps: Tensor) -> Tensor:
    """Return the image whose coefficients these are: the inverse of `coefficients`."""
    return functional.pixel_shuffle(_rotated(maps), 2)


def averaged(image: Tensor, size: int) -> Tensor:
    """Return the image whose coefficients are those of `image`, averaged over squares.

    Parameters
    ----------
    image : torch.Tensor
        ``(batch, 1, y, x)``, y and x multiples of ``2 size``.
    size : int
        Side of the squares, in coefficients.

    Returns
    -------
    torch.Tensor
        ``(batch, 1, y/size, x/size)``. Averaging commutes with the rotation, which is left out.
    """
    return functional.pixel_shuffle(
        functional.avg_pool2d(functional.pixel_unshuffle(image, 2), size), 2
    )


def _rotated(maps: Tensor) -> Tensor:
    """Rotate four maps by half the Hadamard matrix, which is its own inverse."""
    a, b, c, d = maps.chunk(MAPS, dim=1)
    # As sums, not as a convolution: mixed precision would round the pixels.
    return 0.5 * torch.cat([a + b + c + d, a - b + c - d, a + b - c - d, a - b - c + d], dim=1)
