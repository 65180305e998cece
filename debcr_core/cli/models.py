"""`debcr models`: the trained models at hand, and what each was trained on."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from debcr_core.catalogs import DEFAULT_MODEL, find_model, made_catalogs, names_of
from debcr_core.cli.console import stdout
from debcr_core.cli.printable import without_controls
from debcr_core.cli.trust import TrustCode
from debcr_core.errors import DebcrError, UsageError
from debcr_core.plugins import Plugins


def models(
    ctx: typer.Context,
    model: Annotated[
        str | None,
        typer.Argument(help="Show this model's card and recipe: a name, file, URL or zoo id."),
    ] = None,
    trust_code: TrustCode = False,
) -> None:
    """List the trained models that `--model` accepts by name, or explain one of them."""
    if model is None:
        _list(ctx.obj)
    else:
        _explain(model, ctx.obj, trust_code)


def _list(plugins: Plugins) -> None:
    table = Table("name", "architecture", "what it does", "licence")
    for catalog in made_catalogs(plugins):
        for name in names_of(catalog):
            shown = f"{name} (default)" if name == DEFAULT_MODEL else name
            try:
                trained = find_model(name, plugins)
            except DebcrError as error:
                table.add_row(shown, "unusable", str(error))
                continue
            card = trained.card
            table.add_row(shown, trained.recipe.model.name, card.description, card.licence)
    stdout().print(table)
    architectures = ", ".join(offer.name for offer in plugins.offers("model"))
    typer.echo(
        f"Architectures: {architectures}. --model also takes a weights file, such as `debcr "
        "import-weights` writes, and models of the BioImage Model Zoo: a bundle, its URL or id."
    )


def _explain(model: str, plugins: Plugins, trust_code: bool) -> None:
    trained = find_model(model, plugins, trust_code=trust_code)
    table = Table(show_header=False)
    table.add_row("name", trained.name)
    for key, value in trained.card.model_dump().items():
        if value:
            table.add_row(key.replace("_", " "), _text(value))
    stdout().print(table)
    typer.echo("Recipe:")
    try:
        # Whole, however long: it may be redirected into a file.
        typer.echo(without_controls(trained.recipe.to_yaml(plugins).rstrip()))
    except UsageError:
        # A network that is code of its bundle is no component that a recipe could name.
        typer.echo("none that could be written down, since the network is code of the bundle.")


def _text(value: object) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{key}: {number}" for key, number in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value)
