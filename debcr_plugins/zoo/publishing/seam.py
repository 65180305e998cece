"""How far tiles must overlap: the halo that is published, and the seam that it leaves."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.components import Floats, Model, Predictor
from debcr_core.errors import DebcrWarning
from debcr_core.flow.halo import measure_halo
from debcr_core.flow.restoration import restore
from debcr_core.image import make_image
from debcr_core.recipe import Recipe
from debcr_core.trained import TrainedModel
from debcr_plugins.blenders.crop import Crop
from debcr_plugins.normalizers.none import NoNormalization
from debcr_plugins.tilers.axis import round_up, valid_size
from debcr_plugins.tilers.halo_grid import HaloGrid
from debcr_plugins.zoo.publishing.tensors import of_size
from debcr_plugins.zoo.tile_sizes import Sides, tile_and_whole

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.plugins import Plugins

ALLOWED = 5e-5
"""Largest difference between tiled and whole, as a share of the output's range: half of what
`debcr certify` allows."""
EXPECTED = ALLOWED / 2
"""Largest difference at one edge of a tile, where the search starts: a tile has several edges."""
STEPS = 8
"""The search goes in steps of an eighth of the halo that was measured first…"""
FARTHEST = 20
"""…up to so many of them."""
TRIES = 6


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


def find_seam(model: Model, weights: Path, normal: Floats, plugins: Plugins) -> Seam:
    """Return a halo whose seam is not seen, about the smallest.

    Whether it is seen is found as users would see it: the sample is restored in tiles and as a
    whole. That takes long, so a look at what one cut changes gives the first halo to try; each
    further one is a quarter larger.

    Parameters
    ----------
    model : Model
        The network.
    weights : Path
        Its weights.
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
    predict = model.predictor(weights, "cpu")
    halo = measure_halo(model, predict)
    if model.fixed_size is not None:
        return Seam(halo, None, model.fixed_size, model.fixed_size)
    halo = _promising(model, predict, normal, halo)
    for _ in range(TRIES):
        halo = tuple(map(round_up, halo, model.stride))
        seam = _measured(model, weights, normal, halo, plugins)
        if seam.error is not None and seam.error <= ALLOWED:
            return seam
        halo = tuple(margin + max(margin // 4, 1) for margin in halo)
    warnings.warn(
        f"Tiles show a seam of {seam.error:.2g} of the output's range even with a halo of "
        f"{'×'.join(map(str, seam.halo))} pixels: the network looks too far for tiles.",
        DebcrWarning,
        stacklevel=2,
    )
    return seam


def _promising(model: Model, predict: Predictor, normal: Floats, halo: Sides) -> Sides:
    """Return the smallest halo, in steps of that one, beyond which a cut changes nothing.

    An image is restored as a whole, and its far half along all axes is restored alone: how much
    they differ at some distance from the cut is what a halo of that size leaves.
    """
    half = tuple(
        valid_size(FARTHEST * margin // STEPS + 1, size, step)
        for margin, size, step in zip(halo, model.min_size, model.stride, strict=True)
    )
    whole = tuple(
        valid_size(2 * side, size, step)
        for side, size, step in zip(half, model.min_size, model.stride, strict=True)
    )
    image = of_size(normal, whole)[np.newaxis]
    cut = tuple(all_ - side for all_, side in zip(whole, half, strict=True))
    expected = predict(image)
    alone = predict(_beyond(image, cut))
    change = np.abs(alone - _beyond(expected, cut))
    allowed = EXPECTED * (np.ptp(expected) or 1.0)
    for steps in range(STEPS, FARTHEST):
        margins = tuple(steps * margin // STEPS for margin in halo)
        if _beyond(change, margins).max() <= allowed:
            return margins
    return tuple(FARTHEST * margin // STEPS for margin in halo)


def _beyond(block: Floats, places: Sides) -> Floats:
    """Return what lies beyond these places along the spatial axes."""
    return np.ascontiguousarray(block[:, :, *(slice(place, None) for place in places)])


def least_size(model: Model, halo: Sides) -> Sides:
    """Return the smallest input sizes that leave something when the halo is cut off."""
    if model.fixed_size is not None:
        return model.fixed_size
    return tuple(
        valid_size(2 * margin + 1, size, step)
        for size, margin, step in zip(model.min_size, halo, model.stride, strict=True)
    )


def _measured(model: Model, weights: Path, normal: Floats, halo: Sides, plugins: Plugins) -> Seam:
    tile, whole = tile_and_whole(least_size(model, halo), halo, model.stride)
    image = _image(of_size(normal, whole), model)

    def restored(tile: Sides, halo: Sides) -> Floats:
        tiler = HaloGrid(tile=tile, halo=halo)
        recipe = Recipe(model=model, normalizer=NoNormalization(), tiler=tiler, blender=Crop())
        trained = TrainedModel("the exported network", recipe, weights)
        result: Floats = restore(image, trained, device="cpu", plugins=plugins).values
        return result

    expected = restored(whole, (0,) * len(whole))
    error = float(np.abs(restored(tile, halo) - expected).max() / (np.ptp(expected) or 1.0))
    return Seam(halo, error, tile, whole)


def _image(pixels: Floats, model: Model) -> xr.DataArray:
    axes = model.axes if "c" in model.axes else f"c{model.axes}"
    return make_image(pixels.transpose([f"c{model.spatial_axes}".index(a) for a in axes]), axes)
