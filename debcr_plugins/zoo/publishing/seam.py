"""How far tiles must overlap: the halo that is published, and the seam that it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.components import Floats, Model
from debcr_core.flow.halo import measure_halo
from debcr_core.flow.runner import Runner
from debcr_core.image import make_image
from debcr_core.notices import say
from debcr_core.recipe import Recipe
from debcr_core.signature import Signature
from debcr_core.tile_axis import round_up, valid_size
from debcr_core.trained import TrainedModel
from debcr_plugins.blenders.crop import Crop
from debcr_plugins.normalizers.none import NoNormalization
from debcr_plugins.tilers.halo_grid import HaloGrid
from debcr_plugins.zoo.publishing.tensors import of_size
from debcr_plugins.zoo.tile_sizes import Sides, tile_and_whole

if TYPE_CHECKING:
    import xarray as xr

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


def find_seam(model: Model, weights: Path, normal: Floats) -> Seam:
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

    Warns
    -----
    DebcrWarning
        If even the largest halo leaves a seam.
    """
    recipe = Recipe(model=model, normalizer=NoNormalization(), tiler=HaloGrid(), blender=Crop())
    seen = model.signature
    with Runner(TrainedModel("the exported network", recipe, weights), "cpu") as runner:
        halo = measure_halo(model.name, seen, runner.predict)
        if seen.fixed_size is not None:
            return Seam(halo, None, seen.fixed_size, seen.fixed_size)
        halo = _promising(runner, normal, halo)
        for _ in range(TRIES):
            halo = tuple(map(round_up, halo, seen.stride))
            seam = _measured(runner, normal, halo)
            if seam.error is not None and seam.error <= ALLOWED:
                return seam
            halo = tuple(margin + max(margin // 4, 1) for margin in halo)
    say(
        f"Tiles show a seam of {seam.error:.2g} of the output's range even with a halo of "
        f"{'×'.join(map(str, seam.halo))} pixels: the network looks too far for tiles.",
        kind="seams",
    )
    return seam


def _promising(runner: Runner, normal: Floats, halo: Sides) -> Sides:
    """Return the smallest halo, in steps of that one, beyond which a cut changes nothing.

    An image is restored as a whole, and its far half along all axes is restored alone: how much
    they differ at some distance from the cut is what a halo of that size leaves.
    """
    seen, predict = runner.signature, runner.predict
    half = tuple(
        valid_size(FARTHEST * margin // STEPS + 1, size, step)
        for margin, size, step in zip(halo, seen.min_size, seen.stride, strict=True)
    )
    whole = tuple(
        valid_size(2 * side, size, step)
        for side, size, step in zip(half, seen.min_size, seen.stride, strict=True)
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


def least_size(seen: Signature, halo: Sides) -> Sides:
    """Return the smallest input sizes that leave something when the halo is cut off."""
    if seen.fixed_size is not None:
        return seen.fixed_size
    return tuple(
        valid_size(2 * margin + 1, size, step)
        for size, margin, step in zip(seen.min_size, halo, seen.stride, strict=True)
    )


def _measured(runner: Runner, normal: Floats, halo: Sides) -> Seam:
    seen = runner.signature
    tile, whole = tile_and_whole(least_size(seen, halo), halo, seen.stride)
    image = _image(of_size(normal, whole), seen)

    def restored(tile: Sides, halo: Sides) -> Floats:
        tiler = HaloGrid(tile=tile, halo=halo)
        recipe = runner.trained.recipe.model_copy(update={"tiler": tiler})
        result: Floats = runner.plan(image, recipe=recipe).restore().values
        return result

    expected = restored(whole, (0,) * len(whole))
    error = float(np.abs(restored(tile, halo) - expected).max() / (np.ptp(expected) or 1.0))
    return Seam(halo, error, tile, whole)


def _image(pixels: Floats, seen: Signature) -> xr.DataArray:
    axes = seen.axes if "c" in seen.axes else f"c{seen.axes}"
    return make_image(pixels.transpose([f"c{seen.spatial_axes}".index(a) for a in axes]), axes)
