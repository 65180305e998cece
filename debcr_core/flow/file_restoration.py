"""Restore files to files: one, a folder, or a glob of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.catalogs import DEFAULT_MODEL
from debcr_core.errors import UsageError, WriteError
from debcr_core.files.narrowing import Narrowing
from debcr_core.files.text import write_text
from debcr_core.files.whole import check_output
from debcr_core.files.writing import convert_block, find_writer, known_dtype, open_output
from debcr_core.flow.joining import relative
from debcr_core.flow.opening import Choice, open_runner, open_source
from debcr_core.flow.progress import Callback
from debcr_core.flow.regions import Wanted, settled_region
from debcr_core.flow.restoration import settled_plan
from debcr_core.flow.restored_shape import restored_like
from debcr_core.plugins import Plugins
from debcr_core.stopping import Stop

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Reader, Writer
    from debcr_core.flow.plan import Plan

INPUT = "input"


def restore_file(
    source: str | Path,
    output: str | Path,
    model: Choice = DEFAULT_MODEL,
    *,
    reader: Reader | None = None,
    writer: Writer | None = None,
    axes: str | None = None,
    channel: str | None = None,
    region: Wanted | None = None,
    contrast_stretch: bool = False,
    dtype: str | None = None,
    overwrite: bool = False,
    record: bool = False,
    device: str = "auto",
    trust_code: bool = False,
    progress: Callback | None = None,
    stop: Stop | None = None,
    plugins: Plugins | None = None,
) -> None:
    """Restore an image file to another file, without holding either in memory.

    Parameters
    ----------
    source, output : str or Path
        Files; the output's suffix selects its format. It appears only when it is whole.
    model, channel, region, device, trust_code, progress, stop, plugins
        As in `debcr_core.restore`.
    reader, writer : Reader, Writer, optional
        By default chosen by the file's content, and by the output's suffix.
    axes : str, optional
        One letter per axis of the input, where its file names them wrongly.
    contrast_stretch : bool
        Stretch the result's contrast for looking at; this sets the result aside on disk first.
    dtype : str, optional
        Pixel type of the output: ``float32`` by default, ``input`` for that of the input.
        Integers are rounded and clipped.
    overwrite : bool
        Whether an existing output may be replaced.
    record : bool
        Write what was done beside the output, too, as ``OUTPUT.json``. Formats that can hold it
        (TIFF, OME-Zarr, NPZ) have it inside in any case.

    Warns
    -----
    DebcrWarning
        As `debcr_core.restore`.

    Raises
    ------
    DebcrError
        As `debcr_core.restore`; also if the output exists, is the input, or cannot be written.
    """
    plugins, stop = plugins or Plugins.discover(), stop or Stop()
    source, output = Path(source), Path(output)
    check_apart(source, output)
    for path in (output, *([sidecar_of(output)] if record else ())):
        check_output(path, overwrite=overwrite)
    writer = writer or find_writer(output, plugins)
    image, file = open_source(source, plugins, reader=reader, axes=axes, channel=channel)
    pixels = pixel_type(dtype, image)
    with open_runner(model, plugins, device, trust_code, progress, stop) as runner:
        # What the format cannot hold is refused before statistics are taken.
        template = cut(restored_like(image, runner.signature, pixels), region)
        writer.check(template)
        check_room(output, writer, template)
        stretch = pixels if contrast_stretch else None
        plan = settled_plan(runner, image, file, progress, stop, stretch)
        made = write_plan(
            plan, template, region, output, writer, plugins, overwrite, progress, stop
        )
    if record:
        write_text(sidecar_of(output), f"{json.dumps(made, indent=2)}\n", overwrite=overwrite)


def pixel_type(dtype: str | None, image: xr.DataArray) -> np.dtype[Any]:
    """Return the output's pixel type: a name's, float32 without any, or that of the input.

    Raises
    ------
    UsageError
        If there is no such type.
    """
    return image.dtype.newbyteorder("=") if dtype == INPUT else known_dtype(dtype or "float32")


def write_plan(
    plan: Plan,
    template: xr.DataArray,
    region: Wanted | None,
    output: Path,
    writer: Writer,
    plugins: Plugins,
    overwrite: bool,
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
    output, writer, plugins, overwrite, progress, stop
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
    narrowing = Narrowing(template.dtype)
    with open_output(template, output, plugins, writer=writer, overwrite=overwrite) as put:
        for place, block in plan.blocks(region, progress=progress, stop=stop):
            converted = convert_block(block, template.dtype)
            narrowing.count(block, converted)
            put(relative(place, whole), converted)
        if plan.source is not None:
            plan.source.check_unchanged()
    narrowing.tell(output.name, _wider(plan, template, writer))
    return made


def _wider(plan: Plan, template: xr.DataArray, writer: Writer) -> str:
    """Say how to keep what a narrow pixel type loses: what would help, and the format can hold."""
    ways = [] if plan.stretch is not None else ["--contrast-stretch (for looking at)"]
    wider = {INPUT: plan.image.dtype, "float32": np.dtype(np.float32)}
    ways += [
        f"--dtype {name}"
        for name, dtype in wider.items()
        if dtype != template.dtype
        and dtype.itemsize >= template.dtype.itemsize
        and _holds(writer, template, dtype)
    ]
    return f"Choose {', or '.join(ways or ['.tif and --dtype float32'])}."


def _holds(writer: Writer, template: xr.DataArray, dtype: np.dtype[Any]) -> bool:
    """Say whether a format holds an image like the output, of another pixel type."""
    empty = np.broadcast_to(np.zeros((), dtype), template.shape)
    try:
        writer.check(template.copy(data=empty))
    except WriteError:
        return False
    return True


def sidecar_of(output: Path) -> Path:
    """Return the name under which the record of an output lies beside it."""
    return output.with_name(f"{output.name}.json")


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


def check_room(output: Path, writer: Writer, template: xr.DataArray) -> None:
    """Refuse an output for which the disk has no room, before any work is spent on it.

    Raises
    ------
    WriteError
        Naming what is needed and what is free.
    """
    needed, free = writer.least_bytes(template), shutil.disk_usage(output.parent).free
    if needed > free:
        raise WriteError(
            f"{output} needs {in_bytes(needed)}, but only {in_bytes(free)} are free there: make "
            "room, or choose another place."
        )


def in_bytes(count: float) -> str:
    """Return a number of bytes as people write it.

    Examples
    --------
    >>> in_bytes(1_420_000)
    '1.42 MB'
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"


def check_apart(source: Path, output: Path) -> None:
    """Refuse an output that is the input, or a folder that holds it."""
    if not (output.exists() and source.exists()):
        return
    if output.samefile(source):
        raise UsageError(f"Input and output are the same file, {source}: choose another output.")
    if output.resolve() in source.resolve().parents:
        raise UsageError(f"The output {output} holds the input {source}: choose another output.")
