"""`debcr info`: what is in image files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.table import Table

from debcr_core.cli.component_options import component
from debcr_core.cli.console import stderr, stdout
from debcr_core.errors import DebcrError
from debcr_core.files.finding import find_files, parts_of
from debcr_core.files.reading import read_image
from debcr_core.image_blocks import blocks_of
from debcr_core.plugins import Plugins

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Part, Reader

FACTS = ("axes", "shape", "pixel type", "pixel size", "channels")


def info(
    ctx: typer.Context,
    files: Annotated[
        list[str], typer.Argument(metavar="FILE…", help="Image file, plate, folder of them, glob.")
    ],
    reader: Annotated[str | None, typer.Option(metavar="NAME [KEY=VALUE]…")] = None,
    axes: Annotated[str | None, typer.Option(help="Axes, one letter of tczyx for each.")] = None,
) -> None:
    """Show images' axes, shape, pixel type, pixel size, channels and intensities.

    Of a file or group with several images it shows what is in each, without the intensities.
    """
    plugins: Plugins = ctx.obj
    chosen = component("reader", reader, plugins) if reader else None
    paths = find_files(files, plugins)
    failed = 0
    for path in paths:
        try:
            stdout().print(_table(path, plugins, chosen, axes))
        except DebcrError as error:
            if len(paths) == 1:
                raise
            failed += 1
            said = str(error)
            stderr().print(f"Error: {said if str(path) in said else f'{path}: {said}'}")
    if failed:
        raise DebcrError(f"{failed} of {len(paths)} files could not be read.")


def _table(path: Path, plugins: Plugins, reader: Reader | None, axes: str | None) -> Table:
    parts = parts_of(path, plugins, reader).parts
    if len(parts) > 1:
        return _list(path, parts, plugins, axes)
    image = read_image(parts[0].path, plugins, reader=parts[0].reader, axes=axes)
    facts = {"file": str(parts[0].place), **_facts(image), "intensities": _intensities(image)}
    table = Table(show_header=False)
    for name, value in facts.items():
        if value:
            table.add_row(name, value)
    return table


def _list(path: Path, parts: tuple[Part, ...], plugins: Plugins, axes: str | None) -> Table:
    """Return what is in each of several images."""
    table = Table(title=f"{path}: {len(parts)} images", title_justify="left")
    table.add_column("image", no_wrap=True)
    for heading in FACTS:
        table.add_column(heading, no_wrap=heading in ("axes", "shape", "pixel type"))
    for part in parts:
        image = read_image(part.path, plugins, reader=part.reader, axes=axes)
        table.add_row(part.name, *_facts(image).values())
    return table


def _facts(image: xr.DataArray) -> dict[str, str]:
    units = image.attrs["unit"]
    sizes = [f"{dim}: {v:.6g} {units.get(dim, '')}" for dim, v in image.attrs["pixel_size"].items()]
    values = (
        " ".join(map(str, image.dims)),
        " × ".join(map(str, image.shape)),
        str(image.dtype),
        ", ".join(sizes) or "unknown",
        ", ".join(map(str, image.coords["c"].values)) if "c" in image.coords else "",
    )
    return dict(zip(FACTS, values, strict=True))


def _intensities(image: xr.DataArray) -> str:
    """Return the range and mean of the finite pixels, and how many others there are."""
    low, high, total, count = np.inf, -np.inf, 0.0, 0
    for _, block in blocks_of(image):
        finite = block[np.isfinite(block)] if block.dtype.kind == "f" else block.ravel()
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
            total, count = total + float(finite.sum(dtype=np.float64)), count + finite.size
    bad = image.size - count
    said = [f"{low:.6g} … {high:.6g}, mean {total / count:.6g}"] if count else []
    if bad:
        said.append(f"{bad} of {image.size} pixels are NaN or infinite, which restoring refuses")
    return "; ".join(said)
