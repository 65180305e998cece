"""Compute the first tile before anything else, with smaller ones where memory runs out for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from debcr_core.errors import DebcrWarning
from debcr_core.failures import calling
from debcr_core.flow.blocks import frames_of, pixels_of, tile_output
from debcr_core.flow.joining import Grid
from debcr_core.flow.outline import FirstTile, Outline
from debcr_core.flow.regions import Wanted, settled_region

if TYPE_CHECKING:
    from debcr_core.components import Tiler
    from debcr_core.stopping import Stop

AnyOutline = TypeVar("AnyOutline", bound=Outline)


def with_first_tile(plan: AnyOutline, region: Wanted | None, stop: Stop) -> AnyOutline:
    """Return a plan whose first tile is computed: there is memory enough for such tiles.

    Where there is not, smaller ones are taken, if nobody has asked for these, and the plan's
    warnings say so. Statistics stay as they are.

    Parameters
    ----------
    plan : Outline
        Of which nothing is written yet.
    region : mapping of str to slice or None
        Which part of the result is wanted.
    stop : Stop
        Ends the work.
    """
    while (tiler := _smaller(plan)) is not None:
        first = _computed(plan, region, stop)
        if first is not None:
            return replace(plan, first=first)
        plan = _with_tiler(plan, tiler)
    return plan


def _smaller(plan: Outline) -> Tiler | None:
    grid = plan.grid
    with calling(plan.recipe.tiler):
        return plan.recipe.tiler.smaller(grid.shape, grid.footprint)


def _computed(plan: Outline, region: Wanted | None, stop: Stop) -> FirstTile | None:
    """Return the first tile; None where memory runs out."""
    frames, spatial = frames_of(plan, settled_region(region, plan.template))
    number = plan.grid.needed(next(plan.grid.cells(spatial, row=1))[0])[0]
    try:
        output = tile_output(plan, pixels_of(plan, frames[0]), number, stop)
    except MemoryError:
        return None
    return FirstTile(frames[0], number, output)


def _with_tiler(plan: AnyOutline, tiler: Tiler) -> AnyOutline:
    """Return the plan with smaller tiles, and a warning that says so."""
    recipe = plan.recipe.model_copy(update={"tiler": tiler})
    grid = Grid.of(tiler, recipe.blender, plan.grid.shape, plan.grid.footprint)
    before, now = ("×".join(map(str, each.tile_shape)) for each in (plan.grid, grid))
    remark = DebcrWarning(
        f"Memory ran out with tiles of {before} pixels: these are of {now}.", "memory"
    )
    return replace(plan, recipe=recipe, grid=grid, warnings=(*plan.warnings, remark))
