"""`debcr info`: what is in an image file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from debcr_core.cli.component_options import component
from debcr_core.cli.console import stdout
from debcr_core.files.reading import read_image
from debcr_core.plugins import Plugins


def info(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="Image file.")],
    reader: Annotated[str | None, typer.Option(metavar="NAME [KEY=VALUE]…")] = None,
    axes: Annotated[str | None, typer.Option(help="Axes, one letter of tczyx for each.")] = None,
) -> None:
    """Show an image's axes, shape, pixel type, pixel size, channels and intensities."""
    plugins: Plugins = ctx.obj
    chosen = component("reader", reader, plugins) if reader else None
    image = read_image(file, plugins, reader=chosen, axes=axes)
    table = Table(show_header=False)
    table.add_row("file", str(file))
    table.add_row("axes", " ".join(map(str, image.dims)))
    table.add_row("shape", " × ".join(map(str, image.shape)))
    table.add_row("pixel type", str(image.dtype))
    units = image.attrs["unit"]
    sizes = [f"{dim}: {v:.6g} {units.get(dim, '')}" for dim, v in image.attrs["pixel_size"].items()]
    table.add_row("pixel size", ", ".join(sizes) or "unknown")
    if "c" in image.coords:
        table.add_row("channels", ", ".join(map(str, image.coords["c"].values)))
    pixels = image.data
    low, high, mean = float(pixels.min()), float(pixels.max()), float(pixels.mean(dtype="float64"))
    table.add_row("intensities", f"{low:.6g} … {high:.6g}, mean {mean:.6g}")
    stdout().print(table)
