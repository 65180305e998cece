"""The sample image as the test input."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.components import Floats, Model
from debcr_core.errors import UsageError
from debcr_core.files.reading import read_image

if TYPE_CHECKING:
    from debcr_core.plugins import Plugins

LARGEST = {1: 4096, 2: 256, 3: 64}
"""Wanted size of the test image along each axis, by number of axes."""


def read_sample(path: Path, model: Model, plugins: Plugins) -> Floats:
    """Read the sample image.

    Parameters
    ----------
    path : Path
        Image file with the axes that the network sees.
    model : Model
        The network.
    plugins : Plugins
        Where readers are found.

    Returns
    -------
    numpy.ndarray
        float32 ``(channel, [z,] y, x)``, intensities as they are.

    Raises
    ------
    ReadError
        If it cannot be read.
    UsageError
        If its axes or channels are not those of the network, or it is constant, not finite, or
        smaller than any input of the network.
    """
    image = read_image(path, plugins)
    if "c" not in image.dims:
        image = image.expand_dims("c")
    if set(image.dims) != {"c", *model.signature.spatial_axes}:
        raise UsageError(
            f"The sample {path} has the axes {''.join(map(str, image.dims))}, but the network sees "
            f"{model.signature.axes}: give one image of these."
        )
    if image.sizes["c"] != model.signature.channels_in:
        raise UsageError(
            f"The sample {path} has {image.sizes['c']} channels, but the network sees "
            f"{model.signature.channels_in}."
        )
    pixels = np.asarray(image.transpose("c", *model.signature.spatial_axes).values, np.float32)
    _check_content(path, pixels, model)
    return pixels


def _check_content(path: Path, pixels: Floats, model: Model) -> None:
    """Refuse a sample that would show nothing."""
    least = model.signature.fixed_size or model.signature.min_size
    size, needed = ("×".join(map(str, sides)) for sides in (pixels.shape[1:], least))
    if any(side < smallest for side, smallest in zip(pixels.shape[1:], least, strict=True)):
        raise UsageError(
            f"The sample {path} has {size} pixels, but the network sees {needed} or more: give a "
            "typical image, a few hundred pixels wide."
        )
    if not np.isfinite(pixels).all():
        raise UsageError(f"The sample {path} holds NaN or infinite values: give another one.")
    if np.ptp(pixels) == 0:
        raise UsageError(
            f"The sample {path} is {pixels.flat[0]:g} everywhere, so a test with it would show "
            "nothing: give a typical degraded image."
        )


def test_input(raw: Floats, model: Model, least: tuple[int, ...]) -> Floats:
    """Return the middle of the sample, of a size that the published network accepts.

    Parameters
    ----------
    raw : numpy.ndarray
        ``(channel, [z,] y, x)``; continued where it is smaller than `least`.
    model : Model
        By how much sizes differ.
    least : tuple of int
        Smallest published size, for each spatial axis.
    """
    whole = continued(raw, least)
    places = []
    for size, smallest, step in zip(whole.shape[1:], least, model.signature.stride, strict=True):
        room = (
            0 if model.signature.fixed_size else max(min(size, LARGEST[len(least)]) - smallest, 0)
        )
        length = smallest + room // step * step
        start = (size - length) // 2
        places.append(slice(start, start + length))
    return np.ascontiguousarray(whole[:, *places])


def of_size(image: Floats, sides: tuple[int, ...]) -> Floats:
    """Return an image ``(channel, [z,] y, x)`` of these sides: continued or cut off at its ends."""
    return continued(image, sides)[:, *map(slice, sides)]


def continued(image: Floats, sides: tuple[int, ...]) -> Floats:
    """Return an image ``(channel, [z,] y, x)`` that is continued by reflection at its far ends.

    Parameters
    ----------
    image : numpy.ndarray
        ``(channel, [z,] y, x)``.
    sides : tuple of int
        Size that it must have at least, for each spatial axis.
    """
    missing = [max(side - size, 0) for size, side in zip(image.shape[1:], sides, strict=True)]
    return np.pad(image, [(0, 0), *((0, more) for more in missing)], mode="symmetric")
