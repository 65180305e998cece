"""A group of verbs: debcr example photons, debcr example models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from debcr_core import hookimpl

example = typer.Typer(help="What the example plugin adds.")


@example.command()
def photons(
    ctx: typer.Context,
    images: Annotated[list[Path], typer.Argument(help="Images to count in.")],
) -> None:
    """Count all photons of images."""
    from debcr_core import read_image

    for path in images:
        typer.echo(f"{path.name}: {int(read_image(path, ctx.obj).sum(dtype='int64'))}")


@example.command()
def models(ctx: typer.Context) -> None:
    """List the networks that are installed."""
    for offer in ctx.obj.offers("model"):
        typer.echo(offer.qualified_name)


@hookimpl
def debcr_commands():
    """Offer the group."""
    return {"example": example}
