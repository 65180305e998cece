"""Carry out a plan into a file, block by block, with the record of how it was made."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Floats, Put, Region
from debcr_core.errors import WriteError
from debcr_core.files.narrowing import Narrowing
from debcr_core.files.pixel_types import INPUT, convert_block
from debcr_core.flow.ahead import behind
from debcr_core.flow.joining import relative
from debcr_core.flow.regions import Wanted, settled_region
from debcr_core.plain_variables import with_pixels
from debcr_core.stopping import Stop, heeding

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Writer
    from debcr_core.flow.plan import Plan
    from debcr_core.flow.progress import Callback

Place = Callable[["xr.DataArray"], AbstractContextManager[Put]]
"""Opens an output for an image like the one that is given."""


@dataclass(frozen=True)
class Destination:
    """Where an image goes.

    Attributes
    ----------
    called : str
        What warnings call it.
    writer : Writer
        Of the format.
    open : callable
        Opens it for an image like the one that is given.
    """

    called: str
    writer: Writer
    open: Place


def write_plan(
    plan: Plan,
    template: xr.DataArray,
    region: Wanted | None,
    destination: Destination,
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
    destination : Destination
        Where to.
    progress, stop
        As in `restore_file`.

    Warns
    -----
    DebcrWarning
        If the pixel type clips much of the result, or leaves few levels of it.

    Raises
    ------
    DebcrError
        If a pixel cannot be restored or written, or the input has changed meanwhile.
    """
    region_made = written_region(region, plan.template)
    made = {**plan.record(stop=stop), "region": region_made, "dtype": str(template.dtype)}
    template = template.assign_attrs(restoration=json.dumps(made))
    whole = settled_region(region, plan.template)
    narrowing = Narrowing(template.dtype)
    with heeding(stop), destination.open(template) as put:

        def write(place: Region, block: Floats) -> None:
            converted = convert_block(block, template.dtype)
            narrowing.count(block, converted)
            put(relative(place, whole), converted)

        with behind(write) as later:
            for place, block in plan.blocks(region, progress=progress, stop=stop):
                later(place, block)
        if plan.source is not None:
            plan.source.check_unchanged()
    given, stretched = str(plan.image.dtype), plan.stretch is not None
    narrowing.tell(destination.called, wider(template, destination.writer, given, stretched))
    return made


def wider(template: xr.DataArray, writer: Writer, given: str, stretched: bool) -> str:
    """Say how to keep what a narrow pixel type loses: what would help, and the format can hold.

    Parameters
    ----------
    template : xarray.DataArray
        An image like the output.
    writer : Writer
        Of its format.
    given : str
        Pixel type of the input.
    stretched : bool
        Whether the contrast is stretched.
    """
    ways = [] if stretched else ["--contrast-stretch (for looking at)"]
    types = {INPUT: np.dtype(given), "float32": np.dtype(np.float32)}
    ways += [
        f"--dtype {name}"
        for name, dtype in types.items()
        if dtype != template.dtype
        and dtype.itemsize >= template.dtype.itemsize
        and _holds(writer, template, dtype)
    ]
    return f"Choose {', or '.join(ways or ['.tif and --dtype float32'])}."


def _holds(writer: Writer, template: xr.DataArray, dtype: np.dtype[Any]) -> bool:
    """Say whether a format holds an image like the output, of another pixel type."""
    empty = np.broadcast_to(np.zeros((), dtype), template.shape)
    try:
        writer.check(with_pixels(template, empty))
    except WriteError:
        return False
    return True


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
