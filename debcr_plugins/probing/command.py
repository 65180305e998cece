"""What `debcr probe` is told, and what it shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from debcr_core.cli.console import stderr, stdout
from debcr_core.cli.trust import TrustCode

if TYPE_CHECKING:
    from debcr_core.plugins import Plugins
    from debcr_plugins.probing.result import Part


def probe(
    ctx: typer.Context,
    model: Annotated[
        str, typer.Argument(help="Name or file of a trained model, bundle, URL or zoo id.")
    ],
    out: Annotated[Path, typer.Option(help="Folder to write the report to.")],
    task: Annotated[
        Literal["denoise", "deblur"],
        typer.Option(help="What the model is for: decides what is measured."),
    ] = "denoise",
    images: Annotated[
        list[str] | None,
        typer.Option(
            help="Micrographs with little noise: a folder, file or glob; may be repeated.",
            show_default="simulated ones",
        ),
    ] = None,
    counts: Annotated[
        list[str] | None,
        typer.Option(help="Images whose pixels are counts of photons; may be repeated."),
    ] = None,
    input_: Annotated[
        str | None, typer.Option("--input", help="For deblur: blurred images, such as confocal.")
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="The same fields sharp, of like names, such as STED.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    trust_code: TrustCode = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an earlier report.")
    ] = False,
) -> None:
    """Measure a model by what noise cannot flatter, and write a report.

    A denoiser by simulated and real micrographs, real counts and texture; a sharpener (--task
    deblur) by simulated micrographs and real pairs; both by empty fields and photometry. Each
    figure stands beside those of filters at their best and, where there is one, the bar that it
    must reach. It takes some minutes.
    """
    from debcr_core.catalogs import find_model
    from debcr_plugins.pairs.finding import pairs_of
    from debcr_plugins.probing.probing import probe as probe_model

    plugins: Plugins = ctx.obj
    parts = probe_model(
        find_model(model, plugins, trust_code=trust_code),
        out,
        plugins,
        task=task,
        images=images or (),
        counts=counts or (),
        pairs=pairs_of(input_, target, plugins) or (),
        device=device,
        overwrite=overwrite,
        say=stderr().print,
    )
    _show(parts)
    stderr().print(f"Wrote {out / 'report.html'}")


def _show(parts: list[Part]) -> None:
    from rich.table import Table

    from debcr_plugins.probing.report import bar_of, reached, with_unit

    for part in parts:
        table = Table("condition", "figure", "model", "bar", "holds", title=part.title)
        for row in part.rows:
            holds = {None: "", True: "yes", False: "no"}[row.holds]
            table.add_row(row.condition, row.figure, with_unit(row), bar_of(row), holds)
        stdout().print(table)
    stdout().print(reached(parts))
