"""Carry out a plan into a file, block by block, with the record of how it was made."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from debcr_core.components import Put
from debcr_core.flow.joining import relative
from debcr_core.flow.regions import Wanted, settled_region
from debcr_core.stopping import Stop, heeding

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.flow.plan import Plan
    from debcr_core.flow.progress import Callback

Place = Callable[["xr.DataArray"], AbstractContextManager[Put]]
"""Opens an output for an image like the one that is given."""


def write_plan(
    plan: Plan,
    template: xr.DataArray,
    region: Wanted | None,
    place: Place,
    progress: Callback | None,
    stop: Stop,
) -> dict[str, Any]:
    """Carry out a settled plan, block by block, into a file; return the record that it holds.

    Parameters
    ----------
    plan : Plan
        What to do.
    template : xarray.DataArray
        An image like the output: the region, of its pixel type.
    region : mapping of str to slice or None
        Which part of the result.
    place : callable
        Opens the output for an image like the template, such as `open_output`.
    progress, stop
        As in `restore_file`.

    Raises
    ------
    DebcrError
        If a pixel cannot be restored or written, or the input has changed meanwhile.
    """
    region_made = written_region(region, plan.template)
    made = {**plan.record(stop=stop), "region": region_made, "dtype": str(template.dtype)}
    template = template.assign_attrs(restoration=json.dumps(made))
    whole = settled_region(region, plan.template)
    with heeding(stop), place(template) as put:
        for block_region, block in plan.blocks(region, progress=progress, stop=stop):
            put(relative(block_region, whole), block)
        if plan.source is not None:
            plan.source.check_unchanged()
    return made


def written_region(region: Wanted | None, template: xr.DataArray) -> dict[str, list[int]] | None:
    """Return a region as JSON can hold it; None for the whole image."""
    if region is None:
        return None
    place = settled_region(region, template)
    return {str(d): [p.start, p.stop] for d, p in zip(template.dims, place, strict=True)}


def cut(template: xr.DataArray, region: Wanted | None) -> xr.DataArray:
    """Return a region of an image."""
    place = settled_region(region, template)
    return template.isel(dict(zip(map(str, template.dims), place, strict=True)))
