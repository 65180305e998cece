"""The cover: the sample before and after, side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from debcr_core.components import Array, Floats

SIDE = 400
"""Largest side of each half in pixels: in grey, the picture is then smaller than 320 kB."""
DARKEST, BRIGHTEST = 0.1, 99.9


def write_cover(before: Floats, after: Floats, path: Path) -> None:
    """Write a PNG of width to height 2:1, as the zoo wants it.

    Parameters
    ----------
    before, after : numpy.ndarray
        float32 ``([z,] y, x)``; of a volume, the middle plane is shown. Each is stretched to
        its own range.
    path : Path
        The file.
    """
    from PIL import Image

    halves = np.concatenate([_grey(_square(before)), _grey(_square(after))], axis=1)
    Image.fromarray(halves).save(path, format="PNG", optimize=True)


def _square(image: Floats) -> Floats:
    """Return the middle square of the middle plane."""
    while image.ndim > 2:
        image = image[len(image) // 2]
    side = min(*image.shape, SIDE)
    y, x = ((size - side) // 2 for size in image.shape)
    return image[y : y + side, x : x + side]


def _grey(image: Floats) -> Array:
    low, high = np.percentile(image, [DARKEST, BRIGHTEST])
    span = high - low if high > low else 1.0
    return np.asarray(np.clip((image - low) / span, 0, 1) * 255).round().astype(np.uint8)
