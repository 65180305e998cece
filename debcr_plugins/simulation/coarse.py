"""Bring an image to a camera's coarser grid, and back by repeating its pixels."""

import numpy as np

from debcr_plugins.simulation.fields import Image


def binned(image: Image, side: int) -> Image:
    """Average an image, axes ``y, x``, over squares; those at its ends see the border repeated."""
    if side == 1:
        return image
    whole = np.pad(image, [(0, -size % side) for size in image.shape], mode="edge")
    y, x = (size // side for size in whole.shape)
    return np.asarray(whole.reshape(y, side, x, side).mean(axis=(1, 3)), np.float32)


def repeated(image: Image, side: int, shape: tuple[int, int]) -> Image:
    """Repeat each pixel as a square, and cut the image to a height and width."""
    if side == 1:
        return image
    return image.repeat(side, axis=0).repeat(side, axis=1)[: shape[0], : shape[1]]
