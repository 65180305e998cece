"""A field as a camera records it, and what it would have recorded without noise."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from debcr_plugins.simulation.camera import Camera
from debcr_plugins.simulation.coarse import repeated
from debcr_plugins.simulation.fields import Image


class Recording(NamedTuple):
    """Two images of one field, axes ``y, x``, in counts of one camera.

    Attributes
    ----------
    input : numpy.ndarray
        With noise: uint16, or float32 where the camera has no bit depth.
    clean : numpy.ndarray
        Expected counts, float32: without noise, rounding and saturation.
    """

    input: Image | NDArray[np.uint16]
    clean: Image


def record(
    camera: Camera, photons: Image, side: int, shape: tuple[int, int], rng: np.random.Generator
) -> Recording:
    """Record one frame, and show it on the images' grid.

    Parameters
    ----------
    camera
        The camera.
    photons
        Expected photons in each of the camera's pixels, float32, axes ``y, x``.
    side
        Side of the camera's pixels in pixels of the images: each is repeated.
    shape
        Height and width of the images.
    rng
        Source of the noise.
    """
    return Recording(
        input=camera.digitise(repeated(camera.record(photons, rng), side, shape)),
        clean=repeated(camera.expected(photons), side, shape),
    )
