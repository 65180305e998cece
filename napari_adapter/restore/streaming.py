"""Results that are too large for memory: written to an OME-Zarr, and shown from there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.files.reading import choose_reader
from debcr_core.files.writing import check_format, find_writer, open_output
from debcr_core.flow.opening import open_source
from debcr_core.flow.output_checks import check_room
from debcr_core.flow.plan_writing import Destination, write_plan
from debcr_core.flow.restored_shape import restored_like
from napari_adapter.restore.request import Request
from napari_adapter.restore.result import Result

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

    from debcr_core.flow.plan import Plan
    from debcr_core.flow.progress import Callback
    from debcr_core.plugins import Plugins
    from debcr_core.stopping import Stop

SUFFIX = ".ome.zarr"
COARSEST = 512
"""Pixels of the longer side up to which coarser levels are of use."""
LONGEST = 100
"""Characters of a layer's name that a file's name takes over."""


def streamed(
    plan: Plan,
    request: Request,
    dtype: np.dtype[np.generic],
    folder: Path,
    plugins: Plugins,
    progress: Callback,
    stop: Stop,
) -> Result:
    """Carry out a plan into a folder, and return the result as it is read from there, lazily.

    Raises
    ------
    DebcrError
        If the folder cannot be written, the disk is full, or a pixel cannot be restored; nothing
        is left behind then.
    """
    path = free_path(folder, request.name)
    writer = find_writer(path, plugins)
    like = restored_like(plan.image, plan.network.signature, dtype)
    template = like.assign_attrs(levels=levels_of(like))
    check_format(writer, template)
    place = partial(open_output, path=path, plugins=plugins, writer=writer)
    check_room_in(folder, path, writer.least_bytes(template))
    record = write_plan(plan, template, None, Destination(path.name, writer, place), progress, stop)
    image, file = open_source(path, plugins, lazily=True)
    return Result.of(request, image, record, file=file, coarser=_coarser(path, image, plugins))


def check_room_in(folder: Path, path: Path, needed: int) -> None:
    """Refuse a folder that is not there, or has no room (see `check_room`)."""
    if folder.is_dir():
        check_room(path, needed)


def free_path(folder: Path, name: str) -> Path:
    """Return a name in a folder that is not taken, made of a layer's name."""
    plain = re.sub(r"[^\w\-+. ()]+", "_", name)[:LONGEST].strip(". ") or "restored"
    names = (plain if number == 1 else f"{plain} {number}" for number in count(1))
    return next(path for each in names if not (path := folder / f"{each}{SUFFIX}").exists())


def levels_of(image: xr.DataArray) -> tuple[dict[str, int], ...]:
    """Return how much coarser the levels beside an image are to be: those that it has, or halves.

    Parameters
    ----------
    image : xarray.DataArray
        Like the result.
    """
    own: tuple[dict[str, int], ...] = tuple(image.attrs.get("levels", ()))
    return own or tuple(_halves(image.sizes["y"], image.sizes["x"]))


def _halves(height: int, width: int) -> Iterator[dict[str, int]]:
    factor = 1
    while max(height, width) // factor > COARSEST and min(height, width) // factor > 1:
        factor *= 2
        yield {"y": factor, "x": factor}


def _coarser(path: Path, image: xr.DataArray, plugins: Plugins) -> list[xr.DataArray]:
    """Return the coarser levels of what was written."""
    reader = choose_reader(path, plugins)
    numbers = range(1, len(image.attrs.get("levels", ())) + 1)
    return [plugins.create("reader", reader.name, level=number).read(path) for number in numbers]
