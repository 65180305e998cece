"""The sample image as the test input: raw, and as the published preprocessing makes it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.components import Floats, Model
from debcr_core.errors import UsageError
from debcr_core.image import make_image
from debcr_core.reading import read_image
from debcr_plugins.zoo.processing.normalizer import RdfProcessing
from debcr_plugins.zoo.publishing.preprocessing import Step

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
        If its axes or channels are not those of the network.
    """
    image = read_image(path, plugins)
    if "c" not in image.dims:
        image = image.expand_dims("c")
    if set(image.dims) != {"c", *model.spatial_axes}:
        raise UsageError(
            f"The sample {path} has the axes {''.join(map(str, image.dims))}, but the network sees "
            f"{model.axes}: give one image of these."
        )
    if image.sizes["c"] != model.channels:
        raise UsageError(
            f"The sample {path} has {image.sizes['c']} channels, but the network sees "
            f"{model.channels}."
        )
    return np.asarray(image.transpose("c", *model.spatial_axes).values, np.float32)


def normalised(raw: Floats, steps: list[Step], model: Model, *, clips: bool) -> Floats:
    """Return an image as the network sees it.

    Parameters
    ----------
    raw : numpy.ndarray
        ``(channel, [z,] y, x)``.
    steps : list of dict
        The RDF's preprocessing.
    model : Model
        Says which axes these are.
    clips : bool
        Whether the published network limits its input to 0…1.
    """
    axes = f"c{model.spatial_axes}"
    image = make_image(raw, axes)
    normal = RdfProcessing(axes=axes, preprocessing=tuple(steps)).fit(image).apply(image.values)
    return np.clip(normal, 0, 1) if clips else normal


def middle(raw: Floats, model: Model, least: tuple[int, ...]) -> Floats:
    """Return the middle of the sample, of a size that the published network accepts.

    Parameters
    ----------
    raw : numpy.ndarray
        ``(channel, [z,] y, x)``.
    model : Model
        By how much sizes differ.
    least : tuple of int
        Smallest published size, for each spatial axis.

    Raises
    ------
    UsageError
        If the sample is smaller than that.
    """
    places = []
    for size, smallest, step in zip(raw.shape[1:], least, model.stride, strict=True):
        if size < smallest:
            raise UsageError(
                f"The sample has {'×'.join(map(str, raw.shape[1:]))} pixels, but a test of this "
                f"network needs {'×'.join(map(str, least))} or more, twice its halo and a step: "
                "give a larger one."
            )
        room = 0 if model.fixed_size else max(min(size, LARGEST[len(least)]) - smallest, 0)
        length = smallest + room // step * step
        start = (size - length) // 2
        places.append(slice(start, start + length))
    return np.ascontiguousarray(raw[:, *places])
