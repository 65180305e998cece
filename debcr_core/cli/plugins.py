"""`debcr plugins`: what is installed, what is broken, and what each component can be told."""

from __future__ import annotations

import inspect
import json
from contextlib import suppress
from typing import Annotated, Any

import typer
from rich.table import Table

from debcr_core.cli.console import stderr, stdout
from debcr_core.components import Component
from debcr_core.errors import UsageError, nearest
from debcr_core.failures import calling
from debcr_core.offering.announced import plain
from debcr_core.offering.offer import Offer, Status
from debcr_core.plugins import Plugins


def plugins(
    ctx: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            help="Explain this component and its parameters, or all that this distribution or "
            "plugin offers."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Show it as JSON, for programs.")] = False,
) -> None:
    """List plugins and components; which are broken or blocked, and why."""
    found: Plugins = ctx.obj
    offers, statuses = _chosen(found, name)
    if as_json:
        said = {
            "plugins": [_status(each) for each in statuses],
            "components": [_facts(each, whole=name is not None) for each in offers],
        }
        typer.echo(json.dumps(said, indent=2, ensure_ascii=False))
        return
    if statuses:
        _list(statuses)
    for offer in offers if name is not None else ():
        _explain(offer)


def _chosen(found: Plugins, name: str | None) -> tuple[list[Offer], list[Status]]:
    """Return the components and plugins that a name means; without one, all."""
    if name is None:
        return found.offers(), found.statuses
    offers = [each for each in found.offers() if name in (each.name, each.qualified_name)]
    statuses = [each for each in found.statuses if plain(name) in _names(each)]
    if statuses and not offers:
        plugins = {(each.plugin, _distribution(each)) for each in statuses}
        offers = [each for each in found.offers() if (each.plugin, each.origin) in plugins]
    if not offers and not statuses:
        known = nearest(name, [offer.name for offer in found.offers()])
        raise UsageError(f'There is no component, plugin or distribution "{name}". {known}')
    return offers, statuses


def _distribution(status: Status) -> str:
    return status.origin.split(" ")[0] or status.plugin


def _names(status: Status) -> set[str]:
    return {plain(status.plugin), plain(status.origin.split(" ")[0])}


def _list(statuses: list[Status]) -> None:
    table = Table("plugin", "distribution", "state", "offers")
    for status in statuses:
        what = ", ".join(status.offers) or status.reason
        table.add_row(status.plugin, status.origin, status.state, what)
    stdout().print(table)
    for status in statuses:
        for remark in status.remarks:
            stderr().print(f'Plugin "{status.plugin}" of {status.origin}: {remark}')


def _status(status: Status) -> dict[str, Any]:
    distribution, _, version = status.origin.partition(" ")
    return {
        "plugin": status.plugin,
        "distribution": distribution,
        "version": version,
        "state": status.state,
        "reason": status.reason,
        "offers": list(status.offers),
        "remarks": list(status.remarks),
        "import_seconds": round(status.seconds, 3),
    }


def _facts(offer: Offer, *, whole: bool) -> dict[str, Any]:
    """Return what is known of a component; all of it needs its plugin's import."""
    facts = {
        "kind": offer.kind,
        "name": offer.name,
        "qualified_name": offer.qualified_name,
        "plugin": offer.plugin,
        "version": offer.provenance.version,
        "summary": offer.summary,
    }
    if not whole:
        return facts
    component = offer.component
    with calling(component):
        schema = component.model_json_schema()
    return facts | {
        "documentation": inspect.getdoc(component) or "",
        "source": _source(component),
        "parameters": schema,
    }


def _source(component: type[Component]) -> str:
    """Return the file that a class is written in; nothing where that is none."""
    with suppress(TypeError, OSError):
        return inspect.getsourcefile(component) or ""
    return ""


def _explain(offer: Offer) -> None:
    out = stdout()
    out.print(f"{offer.kind} {offer.qualified_name} (plugin {offer.plugin})", style="bold")
    for paragraph in (inspect.getdoc(offer.component) or "").split("\n\n"):
        out.print(" ".join(paragraph.split()), end="\n\n")
    if offer.component.model_fields:
        out.print(_parameters(offer))
    else:
        out.print("It has no parameters.")
    source = _source(offer.component) or "no file"
    out.print(f"{offer.provenance}: {source}", highlight=False, soft_wrap=True)


def _parameters(offer: Offer) -> Table:
    table = Table("parameter", "default", "values", "meaning")
    with calling(offer.component):
        properties = offer.component.model_json_schema(by_alias=False)["properties"]
    for name, field in offer.component.model_fields.items():
        default = "required" if field.is_required() else str(field.default)
        table.add_row(name, default, _values(properties[name]), field.description or "")
    return table


def _values(schema: dict[str, object]) -> str:
    """Describe a parameter's type and bounds from its JSON schema."""
    options = schema.get("anyOf")
    if isinstance(options, list):
        return " or ".join(_values(option) for option in options)
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))  # type: ignore[call-overload]
    if schema.get("type") == "array":
        return "list, one number for each axis"
    bounds = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    limits = [f"{sign} {schema[key]}" for key, sign in bounds.items() if key in schema]
    return " ".join([str(schema.get("const", schema.get("type", ""))), *limits])
