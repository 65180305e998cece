"""`debcr package`: publish a trained model as a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def package(
    ctx: typer.Context,
    source: Annotated[
        str,
        typer.Argument(help="Trained model: a name from `debcr models`, a weights file or a run."),
    ],
    out: Annotated[Path | None, typer.Argument(help="Bundle to write: NAME.zip.")] = None,
    metadata: Annotated[
        Path | None,
        typer.Option(
            help="What the author says about the model.",
            show_default="metadata.yaml beside the weights",
        ),
    ] = None,
    write_metadata: Annotated[
        Path | None,
        typer.Option(help="Write a metadata file to fill in, instead of a bundle."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a file that exists.")
    ] = False,
) -> None:
    """Package a trained model for the BioImage Model Zoo, in all formats that consumers run.

    Every format is run and compared with the network; the halo and the seam of tiles are measured.
    """
    from debcr_core.cli.console import stderr
    from debcr_core.errors import UsageError
    from debcr_plugins.zoo.publishing.package import package as run
    from debcr_plugins.zoo.publishing.template import write_template

    console = stderr()
    if (out is None) == (write_metadata is None):
        raise UsageError("Name the bundle to write (OUT.zip), or give --write-metadata FILE.")
    if write_metadata is not None:
        write_template(source, write_metadata, ctx.obj, overwrite=overwrite)
    elif out is not None:
        run(source, out, ctx.obj, metadata=metadata, overwrite=overwrite, say=console.print)
    console.print(f"Wrote {write_metadata or out}")
