"""A first pass over the output, where finishing a pixel needs statistics of all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from debcr_core.components import Array, Floats, Normalization, Position, Region
from debcr_core.contracts import checked_fit
from debcr_core.flow.blocks import computed, seen
from debcr_core.flow.contrast import Stretch
from debcr_core.flow.input_pixels import watched
from debcr_core.flow.joining import extent, relative
from debcr_core.flow.outline import Kept, Outline
from debcr_core.flow.output_on_disk import lazily, on_disk
from debcr_core.flow.regions import settled_region
from debcr_core.plain_variables import with_pixels
from debcr_core.signature import Kind

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.flow.progress import Callback
    from debcr_core.stopping import Stop


AnyOutline = TypeVar("AnyOutline", bound=Outline)


def settled(plan: AnyOutline, progress: Callback | None, stop: Stop) -> AnyOutline:
    """Return a plan with the statistics of the whole output, which is set aside on disk."""
    whole = settled_region(None, plan.template)
    undone = not plan.normalization.needs_output
    kept = Kept(on_disk(plan.template.shape, stop), whole, undone)
    _fill(plan, kept, progress, stop)
    output = watched(lazily(kept.values, plan.template), progress, stop)
    normalization = plan.normalization if kept.undone else plan.normalization.fit_output(output)
    return _with_stretch(replace(plan, normalization=normalization, kept=kept), output, stop)


def settled_by_region(
    plan: AnyOutline, place: Region, progress: Callback | None, stop: Stop
) -> AnyOutline:
    """Return a plan for one region alone, whose statistics of the output are those of the region.

    The network sees the image as in the whole plan.
    """
    kept = Kept(np.empty(extent(place), np.float32), place, not plan.normalization.needs_output)
    _fill(plan, kept, progress, stop)
    bounds = dict(zip(map(str, plan.template.dims), place, strict=True))
    output = with_pixels(plan.template.isel(bounds), kept.values)
    normalization = plan.normalization
    if not kept.undone:
        part = seen(plan, bounds)
        given = plan.image.isel({dim: part[str(dim)] for dim in plan.image.dims})
        axes = plan.network.signature.axes
        fitted = checked_fit(plan.recipe.normalizer, given, axes).fit_output(output)
        offset = {dim: bound.start for dim, bound in part.items()}
        normalization = ShiftedUndo(plan.normalization, fitted, offset)
    return _with_stretch(replace(plan, normalization=normalization, kept=kept), output, stop)


def _fill(plan: Outline, kept: Kept, progress: Callback | None, stop: Stop) -> None:
    for region, block in computed(plan, kept.region, progress, stop, undo=kept.undone):
        kept.values[relative(region, kept.region)] = block


def _with_stretch(plan: AnyOutline, output: xr.DataArray, stop: Stop) -> AnyOutline:
    """Return the plan with its stretch settled by the output, which is undone for that."""
    if not isinstance(plan.stretch, np.dtype):
        return plan
    assert plan.kept is not None
    if not plan.kept.undone:
        _fill(plan, replace(plan.kept, undone=True), None, stop)
    bounds = dict(zip(plan.template.dims, plan.kept.region, strict=True))
    stretch = Stretch.fit(output, plan.stretch, bounds.get("c", slice(0, 1)).start)
    return replace(plan, kept=replace(plan.kept, undone=True), stretch=stretch)


class ShiftedUndo(Normalization):
    """Applies one map, and undoes another that was fitted to a region.

    Parameters
    ----------
    whole : Normalization
        Of the whole image.
    region : Normalization
        Of the region.
    offset : mapping of str to int
        Where the region starts.
    """

    def __init__(
        self, whole: Normalization, region: Normalization, offset: Mapping[str, int]
    ) -> None:
        self.whole, self.region, self.offset = whole, region, offset

    def at(self, position: Position) -> Normalization:
        """Return both for a part of the image."""
        shifted = {dim: _minus(part, self.offset.get(dim, 0)) for dim, part in position.items()}
        return ShiftedUndo(self.whole.at(position), self.region.at(shifted), {})

    def apply(self, block: Array) -> Floats:
        """Map intensities as in the whole image."""
        return self.whole.apply(block)

    def undo(self, output: Floats, given: Array, kinds: tuple[Kind, ...]) -> Floats:
        """Undo by the region's map."""
        return self.region.undo(output, given, kinds)

    def record(self) -> dict[str, Any]:
        """Return the region's record."""
        return self.region.record()


def _minus(part: int | slice, offset: int) -> int | slice:
    if isinstance(part, slice):
        return slice(part.start - offset, part.stop - offset)
    return part - offset
