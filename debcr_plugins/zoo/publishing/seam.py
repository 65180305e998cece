"""How far tiles must overlap: the halo that is published, and the seam that it leaves."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.components import Floats, Model
from debcr_core.errors import DebcrWarning
from debcr_core.halo import measure_halo
from debcr_core.image import make_image
from debcr_core.restoration import restore
from debcr_core.trained import Card, TrainedModel
from debcr_plugins.blenders.crop import Crop
from debcr_plugins.normalizers.none import NoNormalization
from debcr_plugins.tilers.axis import round_up, valid_size
from debcr_plugins.tilers.halo_grid import HaloGrid
from debcr_plugins.zoo.tile_sizes import Sides, tile_and_whole

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.plugins import Plugins

ALLOWED = 5e-5
"""Largest difference between tiled and whole, as a share of the output's range: half of what
`debcr certify` allows."""
TRIES = 8


@dataclass(frozen=True)
class Seam:
    """A halo and what it leaves.

    Attributes
    ----------
    halo : tuple of int
        Margin of a tile that is cut off, for each spatial axis, in pixels.
    error : float or None
        Largest difference between tiled and whole, as a share of the output's range; None for a
        network of fixed size, for which there is no whole.
    tile, whole : tuple of int
        Sizes of the tiles and of the image for which it was measured, in pixels.
    """

    halo: Sides
    error: float | None
    tile: Sides
    whole: Sides


def find_seam(trained: TrainedModel, normal: Floats, plugins: Plugins) -> Seam:
    """Return the smallest halo, of those tried, whose seam is not seen.

    The first is what `debcr_core.halo.measure_halo` finds; each further one is a quarter larger.

    Parameters
    ----------
    trained : TrainedModel
        The network with its weights.
    normal : numpy.ndarray
        An image on the network's scale, ``(channel, [z,] y, x)``; continued by reflection where it
        is too small.
    plugins : Plugins
        Passed on.

    Warns
    -----
    DebcrWarning
        If even the largest halo leaves a seam.
    """
    model = trained.recipe.model
    halo = measure_halo(model, model.predictor(trained.weights, "cpu"))
    if model.fixed_size is not None:
        return Seam(halo, None, model.fixed_size, model.fixed_size)
    for _ in range(TRIES):
        halo = tuple(map(round_up, halo, model.stride))
        seam = _measured(trained, normal, halo, plugins)
        if seam.error is not None and seam.error <= ALLOWED:
            return seam
        halo = tuple(margin + max(margin // 4, 1) for margin in halo)
    warnings.warn(
        f"Tiles of {trained.name} show a seam of {seam.error:.2g} of the output's range even with "
        f"a halo of {'×'.join(map(str, seam.halo))} pixels: the network looks too far for tiles.",
        DebcrWarning,
        stacklevel=2,
    )
    return seam


def least_size(model: Model, halo: Sides) -> Sides:
    """Return the smallest input sizes that leave something when the halo is cut off."""
    if model.fixed_size is not None:
        return model.fixed_size
    return tuple(
        valid_size(2 * margin + 1, size, step)
        for size, margin, step in zip(model.min_size, halo, model.stride, strict=True)
    )


def _measured(trained: TrainedModel, normal: Floats, halo: Sides, plugins: Plugins) -> Seam:
    model = trained.recipe.model
    tile, whole = tile_and_whole(least_size(model, halo), halo, model.stride)
    image = _continued(normal, model, whole)
    expected = _restored(image, trained, whole, (0,) * len(whole), plugins)
    tiled = _restored(image, trained, tile, halo, plugins)
    error = float(np.abs(tiled - expected).max() / (np.ptp(expected) or 1.0))
    return Seam(halo, error, tile, whole)


def _continued(normal: Floats, model: Model, sides: Sides) -> xr.DataArray:
    """Return the image of that size, continued by reflection or cut off at its ends."""
    padding = [max(side - size, 0) for size, side in zip(normal.shape[1:], sides, strict=True)]
    pixels = np.pad(normal, [(0, 0), *((0, more) for more in padding)], mode="symmetric")
    inside = pixels[:, *map(slice, sides)]
    axes = model.axes if "c" in model.axes else f"c{model.axes}"
    return make_image(inside.transpose([f"c{model.spatial_axes}".index(a) for a in axes]), axes)


def _restored(
    image: xr.DataArray, trained: TrainedModel, tile: Sides, halo: Sides, plugins: Plugins
) -> Floats:
    recipe = trained.recipe.model_copy(
        update={
            "normalizer": NoNormalization(),
            "tiler": HaloGrid(tile=tile, halo=halo),
            "blender": Crop(),
        }
    )
    # Without its card, since what the card warns of is no matter here.
    plain = replace(trained, recipe=recipe, card=Card())
    result: Floats = restore(image, plain, device="cpu", plugins=plugins).values
    return result
