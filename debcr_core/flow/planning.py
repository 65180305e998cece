"""Settle a plan: look at the image, fit the normalization, lay the grid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from debcr_core.components import Normalization
from debcr_core.contracts import checked_fit
from debcr_core.errors import DebcrWarning, UsageError
from debcr_core.failures import calling
from debcr_core.flow.contrast import Stretch
from debcr_core.flow.input_pixels import watched
from debcr_core.flow.joining import Grid
from debcr_core.flow.network import OpenNetwork
from debcr_core.flow.outline import Outline
from debcr_core.flow.record import check_same_network, fitted_part, footprint_of, recipe_of
from debcr_core.flow.restored_shape import restored_like
from debcr_core.flow.suitability import check_model_fits, look_at_fit, look_at_values
from debcr_core.notices import listening, pass_on

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

    from debcr_core.flow.progress import Callback
    from debcr_core.recipe import Recipe
    from debcr_core.stopping import Stop

Fitted = Normalization | Mapping[str, Any]


class OfThisImage(dict[str, Any]):
    """A record of the very image of a plan: what it says of that need not be found once more."""


def outline_of(
    runner: OpenNetwork,
    image: xr.DataArray,
    recipe: Recipe | None,
    fitted: Fitted | None,
    contrast_stretch: np.dtype[Any] | None,
    progress: Callback | None,
    stop: Stop,
) -> Outline:
    """Return the outline of a plan for an image (see `debcr_core.Runner.plan`)."""
    trained, signature = runner.trained, runner.signature
    footprint = signature.footprint
    if isinstance(fitted, Mapping):
        check_same_network(runner, fitted)
        recipe = recipe_of(fitted, trained.recipe, recipe)
        footprint = footprint_of(fitted, footprint)
    recipe = recipe or trained.recipe
    if recipe.model != trained.recipe.model:
        raise UsageError(
            f'The runner holds the network "{trained.recipe.model.name}" of {trained.name}, and '
            f'the recipe is for "{recipe.model.name}" with other parameters: open a runner for it.'
        )
    check_model_fits(image, trained.recipe.model.name, signature)
    shape = tuple(image.sizes[axis] for axis in signature.spatial_axes)
    grid = Grid.of(recipe.tiler, recipe.blender, shape, footprint)
    with listening() as heard:
        with calling(recipe.tiler):
            of_tiles = recipe.tiler.remarks(shape, footprint)
        seen = watched(image, progress, stop)
        if not isinstance(fitted, OfThisImage):
            look_at_fit(image, trained, signature)
            look_at_values(seen)
        normalization, stretch = _maps(recipe, seen, image, fitted, signature.axes)
        for remark in (*of_tiles, *normalization.remarks):
            pass_on(remark)
        if isinstance(fitted, OfThisImage):
            _say_again(fitted, {each.kind for each in (*runner.warnings, *heard)})
    return Outline(
        network=runner,
        image=image,
        recipe=recipe,
        normalization=normalization,
        grid=grid,
        template=restored_like(image, signature),
        warnings=(*runner.warnings, *heard),
        stretch=contrast_stretch if contrast_stretch is not None else stretch,
    )


def _say_again(record: OfThisImage, said: set[str]) -> None:
    """Give the record's warnings, but those of kinds that were given already."""
    for each in record["warnings"]:
        if each["kind"] not in said:
            pass_on(DebcrWarning(each["sentence"], kind=each["kind"]))


def _maps(
    recipe: Recipe,
    seen: xr.DataArray,
    image: xr.DataArray,
    fitted: Fitted | None,
    axes: str,
) -> tuple[Normalization, Stretch | None]:
    """Return the map and the stretch: fitted now, given, or those of a record."""
    if isinstance(fitted, Normalization):
        return fitted, None
    if fitted is None:
        return checked_fit(recipe.normalizer, seen, axes), None
    return fitted_part(recipe, image, fitted)
