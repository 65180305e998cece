"""`debcr check`: whether a plugin's components hold what their kinds promise."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from debcr_core.cli.console import stderr, stdout


def check(
    ctx: typer.Context,
    distribution: Annotated[
        str, typer.Argument(help="Name of an installed distribution, such as debcr-zoo itself.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Show it as JSON, for programs.")] = False,
    all_checks: Annotated[
        bool, typer.Option("--all", help="Show the checks that passed, too.")
    ] = False,
) -> None:
    """Check all components of an installed plugin by the conformance kit.

    Ends with status 1 where one fails. The same checks can be inherited as tests:
    debcr_core.testing.
    """
    from debcr_core.testing import check_distribution
    from debcr_core.testing.checking import counted

    outcomes = check_distribution(distribution, ctx.obj)
    count = counted(outcomes)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in outcomes], indent=2, ensure_ascii=False))
    else:
        table = Table("kind", "name", "check", "outcome", "reason")
        for each in outcomes:
            if all_checks or each.state in ("failed", "deviates"):
                table.add_row(each.kind, each.name, each.check, each.state, each.reason)
        if table.row_count:
            stdout().print(table)
        parts = {(each.kind, each.name) for each in outcomes}
        said = ", ".join(f"{number} {state}" for state, number in count.items() if number)
        stderr().print(f"Components: {len(parts)}; checks: {said}.")
    if count["failed"]:
        raise typer.Exit(1)
