"""The option by which a command says nothing but errors, wherever it is offered."""

from __future__ import annotations

from typing import Annotated

import typer

from debcr_core.notices import listening

Quiet = Annotated[bool, typer.Option("--quiet", help="Say nothing but errors: for pipelines.")]


def say_nothing(ctx: typer.Context) -> None:
    """Keep the warnings of a command to itself, until it ends."""
    ctx.with_resource(listening())  # and nobody tells
