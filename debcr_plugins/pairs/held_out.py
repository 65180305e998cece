"""Degrade images for validation and test once, so that figures of epochs and runs compare."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.errors import ImageError
from debcr_core.flow.frames import frame_positions
from debcr_core.statistics import extremes
from debcr_plugins.normalizers.none import Identity
from debcr_plugins.pairs.image_pair import ImagePair
from debcr_plugins.pairs.normalized import NormalizedPair, normalize
from debcr_plugins.pairs.opening import Data, open_data
from debcr_plugins.simulation.degradation import Degradation

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Normalizer
    from debcr_core.plugins import Plugins
    from debcr_core.recipe import Recipe
    from debcr_plugins.pairs.config import DataConfig
    from debcr_plugins.pairs.degrading import DegradeConfig


def opened(
    config: DataConfig, degrade: DegradeConfig | None, recipe: Recipe, plugins: Plugins
) -> Data:
    """Open the images (see `open_data`); degrade those that are held out where they are truths.

    Parameters
    ----------
    config : DataConfig
        Where they are.
    degrade : DegradeConfig or None
        How they are degraded.
    recipe : Recipe
        What they are normalised by, and the axes that its model sees at once.
    plugins : Plugins
        Where readers are found.

    Raises
    ------
    DebcrError
        As `open_data` and `degrade_held_out`.
    """
    axes = recipe.model.signature.axes
    data = open_data(config, recipe.normalizer, plugins, axes=axes)
    if degrade is None:
        return data
    # Not the run's seed: runs that differ in it are judged by the same noise.
    return degrade_held_out(data, degrade, recipe.normalizer, axes, config.seed)


def degrade_held_out(
    data: Data, degradation: Degradation, normalizer: Normalizer, axes: str, seed: int
) -> Data:
    """Return data whose images for validation and test are degraded, and those for training not.

    How an image is degraded is a function of seed, name and content alone. Images for validation
    and test that have an input of their own keep it.

    Parameters
    ----------
    data : Data
        As opened from ``truth``: images that are their own targets.
    degradation : Degradation
        How they are degraded.
    normalizer : Normalizer
        Fitted on each degraded image, and used for its target, too.
    axes : str
        Axes that the model sees at once: planes or volumes along others are degraded each by
        itself.
    seed : int
        Another seed gives other noise.

    Raises
    ------
    ImageError
        If a truth is darker than the black level.
    """
    for part in (data.train, data.validation, data.test):
        for each in part:
            if _is_truth(each):
                _refuse_darker_than_black(each.pair, degradation.black_level)

    def held_out(each: NormalizedPair) -> NormalizedPair:
        if not _is_truth(each):
            return each
        degraded = _degraded(each.pair, degradation, axes, seed)
        return normalize(degraded, normalizer, "input", axes)

    return replace(
        data,
        # Statistics of the truth itself are of no use, and so not recorded.
        train=[NormalizedPair(each.pair, Identity(), Identity()) for each in data.train],
        validation=[held_out(each) for each in data.validation],
        test=[held_out(each) for each in data.test],
    )


def _is_truth(each: NormalizedPair) -> bool:
    return each.pair.target is each.pair.input


def _refuse_darker_than_black(pair: ImagePair, black: float) -> None:
    darkest, _ = extremes(pair.target)
    if darkest < black:
        raise ImageError(
            f"The truth {pair.name} holds pixels of {darkest:g}, below the black level of "
            f"{black:g}, and there are no negative photons: set degrade.black_level to the counts "
            "that stand for no light, or clip such pixels."
        )


def _degraded(pair: ImagePair, degradation: Degradation, axes: str, seed: int) -> ImagePair:
    """Return a pair of what is made of a truth, in memory."""
    rng = np.random.default_rng([seed, int.from_bytes(sha256(pair.name.encode()).digest())])
    truth = pair.target.transpose(*_frames_last(pair.target, axes))
    degraded, target = np.empty(truth.shape, np.float32), np.empty(truth.shape, np.float32)
    for position in frame_positions(truth, axes):
        place: Any = tuple(position.values())
        frame = np.asarray(truth.isel(position).values)
        made = degradation.degrade(frame, float(frame.max()), rng)
        degraded[place], target[place] = made
    sides = (truth.copy(data=side).transpose(*pair.target.dims) for side in (degraded, target))
    return ImagePair(pair.name, *sides)


def _frames_last(image: xr.DataArray, axes: str) -> list[str]:
    """Return the dims with those that are seen at once, and of them y and x, last."""
    return sorted(map(str, image.dims), key=lambda dim: (dim in axes, "tczyx".index(dim)))
