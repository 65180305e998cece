"""Components that break their contract are named, with their distribution, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debcr_core.components import (
    Array,
    Blender,
    Floats,
    Normalization,
    Normalizer,
    Tile,
    Tiler,
)
from debcr_core.errors import PluginError
from debcr_core.failures import calling, named
from debcr_core.signature import Footprint

if TYPE_CHECKING:
    import xarray as xr


def checked_fit(normalizer: Normalizer, image: xr.DataArray, axes: str) -> Normalization:
    """Fit a normalizer for a network that sees some axes at once.

    Raises
    ------
    PluginError
        If it returns no `Normalization`.
    """
    with calling(normalizer):
        fitted: Any = normalizer.fit_for_axes(image, axes)
    if not isinstance(fitted, Normalization):
        raise PluginError(
            f"The {named(normalizer)} returned {fitted!r} when it was fitted, which is no "
            "Normalization: a fault of its own, not of the image."
        )
    return fitted


def checked_pixels(normalizer: Normalizer, block: Any, shape: tuple[int, ...], what: str) -> Floats:
    """Return what a normalizer made of a block, if it is float32 and of the block's shape.

    Raises
    ------
    PluginError
        If it is not.
    """
    import numpy as np

    dtype = getattr(block, "dtype", type(block).__name__)
    if dtype != np.float32 or block.shape != shape:
        raise PluginError(
            f"The {named(normalizer)} {what} {dtype} of shape {getattr(block, 'shape', None)} from "
            f"a block of shape {shape}: it must be float32 and of the same shape."
        )
    pixels: Floats = block
    return pixels


def checked_weights(blender: Blender, tile: Tile) -> Floats:
    """Return a blender's weights for what a tile serves.

    Raises
    ------
    PluginError
        If they have another shape, are negative or not finite.
    """
    import numpy as np

    shape = tuple(part.stop - part.start for part in tile.serve)
    with calling(blender):
        weights = np.asarray(blender.weights(shape, tile.overlap), np.float32)
    if weights.shape != shape:
        raise PluginError(
            f"The {named(blender)} gave weights of shape {weights.shape} for a tile that serves "
            f"{shape}."
        )
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise PluginError(f"The {named(blender)} gave weights that are negative or not finite.")
    return weights


def refuse_gaps(blender: Blender, weight: Array) -> None:
    """Refuse pixels that no tile has a share in.

    Raises
    ------
    PluginError
        If the weights of all tiles add up to zero somewhere.
    """
    if not weight.all():
        raise PluginError(
            f"The {named(blender)} leaves pixels without any weight: the sum over all tiles must "
            "be positive everywhere."
        )


def checked_tiles(tiler: Tiler, shape: tuple[int, ...], footprint: Footprint) -> tuple[Tile, ...]:
    """Return a tiler's tiles, if together they serve every pixel and the network accepts them.

    Raises
    ------
    PluginError
        Naming what is wrong with them.
    """
    import numpy as np

    with calling(tiler):
        tiles = tuple(tiler.grid(shape, footprint))
        if not tiles:
            raise PluginError(f"The {named(tiler)} made no tiles of an image of shape {shape}.")
        read, serve = (_bounds([getattr(tile, key) for tile in tiles]) for key in ("read", "serve"))
    only = footprint.fixed_size
    sizes = read[:, :, 1] - read[:, :, 0]
    faults = {
        "tiles of several shapes": (sizes != sizes[0]).any(),
        f"tiles that do not start at multiples of the stride {footprint.stride}": (
            read[:, :, 0] % footprint.stride
        ).any(),
        f"tiles of a size that the network does not accept ({footprint})": (
            (sizes < footprint.min_size).any()
            or ((sizes - footprint.min_size) % footprint.stride).any()
            or (only is not None and (sizes != only).any())
        ),
        "tiles that serve nothing": (serve[:, :, 1] <= serve[:, :, 0]).any(),
        "tiles that serve what they do not read, or what is outside the image": (
            (serve[:, :, 0] < np.maximum(read[:, :, 0], 0))
            | (serve[:, :, 1] > np.minimum(read[:, :, 1], shape))
        ).any(),
    }
    wrong = next((fault for fault, present in faults.items() if present), None)
    if wrong is None and not _covered(serve, shape):
        wrong = "tiles with a gap between them: some pixels are served by none"
    if wrong is not None:
        raise PluginError(f"The {named(tiler)} made {wrong}.")
    return tiles


def _bounds(regions: list[tuple[slice, ...]]) -> Array:
    """Return where regions start and stop: an array ``(region, axis, 2)``."""
    import numpy as np

    return np.array([[(part.start, part.stop) for part in region] for region in regions], np.int64)


def _covered(serve: Array, shape: tuple[int, ...]) -> bool:
    """Say whether regions cover an image, by the cells between all their edges."""
    import numpy as np

    edges = [np.unique([0, size, *serve[:, axis].ravel()]) for axis, size in enumerate(shape)]
    found = np.zeros([len(along) - 1 for along in edges], bool)
    places = [np.searchsorted(along, serve[:, axis]) for axis, along in enumerate(edges)]
    for bounds in zip(*places, strict=True):
        found[tuple(slice(start, stop) for start, stop in bounds)] = True
    return bool(found.all())
