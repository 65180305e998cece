"""What `debcr --help` shows: the verbs in frames, as typer draws them, but drawn at once.

Typer first imports what reads Markdown and explains tracebacks, a quarter of the whole time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table

from debcr_core.cli.console import stdout


def show_overview(group: Any, ctx: Any) -> None:
    """Print how a group of commands is used, its options and its commands.

    Parameters
    ----------
    group : typer.core.TyperGroup
        The commands.
    ctx : typer.Context
        What they are called in.
    """
    console = stdout()
    console.print(Padding(group.get_usage(ctx), 1), style="bold")
    console.print(Padding(group.help, (0, 1, 1, 1)))
    options = [option.get_help_record(ctx) for option in group.get_params(ctx)]
    console.print(_framed("Options", options))
    verbs = [(verb, group.get_command(ctx, verb).help) for verb in group.list_commands(ctx)]
    console.print(_framed("Commands", verbs))


def first_sentence(said: str) -> str:
    """Return the first paragraph of a help text as one line, without marks of code."""
    return " ".join(said.split("\n\n", maxsplit=1)[0].replace("`", "").split())


def _framed(title: str, rows: Iterable[tuple[str, str]]) -> Panel:
    """Return names with what is said of each."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1), expand=True)
    table.add_column(style="bold cyan", no_wrap=True)
    table.add_column(ratio=1)
    for name, said in rows:
        table.add_row(name, first_sentence(said))
    return Panel(table, title=title, title_align="left", border_style="dim")
