"""`debcr evaluate`: measure a result against a reference."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from debcr_core.cli.component_options import component
from debcr_core.cli.console import stderr, stdout
from debcr_core.errors import PluginError
from debcr_core.files.text import write_text
from debcr_core.files.whole import whole_or_nothing
from debcr_core.hookspecs import hookimpl

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Figure, Normalizer, Reader
    from debcr_core.plugins import Plugins

PLOTTED = "debcr-zoo/frc"


def evaluate(
    ctx: typer.Context,
    result: Annotated[Path, typer.Argument(help="Image to judge, such as a restored one.")],
    reference: Annotated[Path, typer.Argument(help="Image it should resemble.")],
    before: Annotated[
        Path | None, typer.Option(help="Also measure this one: the input before restoration.")
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME [KEY=VALUE]…", help="Measure this only; may be repeated."),
    ] = None,
    normalizer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME [KEY=VALUE]…", help="Normalize each image by itself first, as papers do."
        ),
    ] = None,
    match: Annotated[
        bool,
        typer.Option(
            "--match", help="Fit scale and offset to the reference first, by least squares."
        ),
    ] = False,
    reader: Annotated[str | None, typer.Option(metavar="NAME [KEY=VALUE]…")] = None,
    axes: Annotated[str | None, typer.Option(help="Axes, one letter of tczyx for each.")] = None,
    channel: Annotated[
        str | None, typer.Option(help="Compare this channel only, by name or number.")
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            help="Write a picture as PNG: the Fourier ring correlation, or that of the first "
            "--metric that has one."
        ),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help='Write the figures as JSON; "-" for the screen.')
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace outputs that exist.")
    ] = False,
) -> None:
    """Measure an image by all metrics that are installed, or by those that are asked for.

    Built in are PSNR, SSIM, NRMSE, RMSE, Fourier ring correlation and entropy.
    """
    from debcr_core.evaluation import default_metrics, draw
    from debcr_core.evaluation import evaluate as measure
    from debcr_core.files.reading import truth_reader
    from debcr_core.flow.opening import open_image

    plugins: Plugins = ctx.obj
    metrics = (
        [component("metric", text, plugins) for text in metric]
        if metric
        else default_metrics(plugins)
    )
    scale = component("normalizer", normalizer, plugins) if normalizer else None
    chosen_reader = component("reader", reader, plugins) if reader else None
    files = {"result": result, **({"before": before} if before else {})}

    def opened(path: Path, default: Reader | None = None) -> xr.DataArray:
        reader = chosen_reader or default
        image = open_image(path, plugins, reader=reader, axes=axes, channel=channel)
        # Formats differ in whether they keep axes of length one.
        single = [dim for dim in "tcz" if image.sizes.get(dim) == 1]
        return _scaled(image.squeeze(single, drop=True), scale)

    target = opened(reference, truth_reader(reference, plugins))
    images = {name: opened(path) for name, path in files.items()}
    if match:
        images = {name: _matched(name, image, target) for name, image in images.items()}
    figures = {name: measure(image, target, metrics) for name, image in images.items()}
    if metric and not any(figures.values()):
        raise PluginError("None of the metrics that were asked for could be measured.")
    _report(figures, json_file, overwrite=overwrite)
    if plot is not None:
        with whole_or_nothing(plot, overwrite=overwrite) as temporary:
            drawn = metrics if metric else [plugins.create("metric", PLOTTED)]
            draw(drawn, images, target, temporary)


def _scaled(image: xr.DataArray, normalizer: Normalizer | None) -> xr.DataArray:
    if normalizer is None:
        return image
    everywhere = {str(dim): slice(0, size) for dim, size in image.sizes.items()}
    fitted = normalizer.for_measuring().fit(image)
    return image.copy(data=fitted.at(everywhere).apply(image.values))


def _matched(name: str, image: xr.DataArray, reference: xr.DataArray) -> xr.DataArray:
    from debcr_core.evaluation import affine_match

    matched = affine_match(image, reference)
    fit = matched.attrs["affine_match"]
    stderr().print(f"{name} matched to the reference: × {fit['scale']:.6g} + {fit['offset']:.6g}")
    return matched


def _report(figures: dict[str, list[Figure]], json_file: Path | None, *, overwrite: bool) -> None:
    from rich.table import Table

    if json_file == Path("-"):
        typer.echo(_as_json(figures))
        return
    table = Table("figure", *figures, "unit", "better")
    by_name = {name: {f.name: f for f in measured} for name, measured in figures.items()}
    for figure in figures["result"]:
        cells = [_number(by_name[name].get(figure.name)) for name in figures]
        table.add_row(figure.name, *cells, figure.unit, figure.better)
    stdout().print(table)
    if json_file is not None:
        write_text(json_file, _as_json(figures) + "\n", overwrite=overwrite)


def _number(figure: Figure | None) -> str:
    return "undefined" if figure is None or math.isnan(figure.value) else f"{figure.value:.4g}"


def _as_json(figures: dict[str, list[Figure]]) -> str:
    """Write the figures as JSON, which has no NaN or infinity: null and a word stand for them."""

    def plain(value: float) -> float | str | None:
        if math.isnan(value):
            return None
        return value if math.isfinite(value) else str(value)

    rows = {
        name: [{"name": f.name, "value": plain(f.value), "unit": f.unit} for f in measured]
        for name, measured in figures.items()
    }
    return json.dumps(rows, indent=2, ensure_ascii=False, allow_nan=False)


@hookimpl
def debcr_commands() -> dict[str, Callable[..., None]]:
    """Offer the command."""
    return {"evaluate": evaluate}
