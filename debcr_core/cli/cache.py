"""`debcr cache`: what was kept to be quicker next time, and how to be rid of it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from debcr_core.cli.console import stderr, stdout
from debcr_core.files.cache import Kept, cache_root, clear, kept
from debcr_core.flow.output_checks import in_bytes

LISTED = 20
"""Entries that are listed, those that were used last; the others are counted."""
CHECKSUM = re.compile(r"([0-9a-f]{8})[0-9a-f]{8,}")
"""In a name: its first digits tell entries apart."""


def cache(
    clear_it: Annotated[
        bool, typer.Option("--clear", help="Delete all of it; it is made or fetched anew.")
    ] = False,
) -> None:
    """List what is in the cache: exported networks, and downloads of the zoo.

    It may be deleted at any time. The environment variable DEBCR_CACHE names another folder.
    """
    if clear_it:
        freed, left = clear()
        stderr().print(f"Deleted {in_bytes(freed)} in {cache_root()}.")
        for path in left:
            stderr().print(f"Warning: {path} cannot be deleted: check its permissions.")
        return
    found = kept()
    if not found:
        stderr().print(f"Nothing is in the cache {cache_root()}.")
        return
    table = Table("what", "size", "last used", title=str(cache_root()), title_justify="left")
    for each in found[:LISTED]:
        table.add_row(CHECKSUM.sub(r"\1…", each.name), in_bytes(each.bytes), _day(each))
    stdout().print(table)
    if more := found[LISTED:]:
        typer.echo(f"And {len(more)} more, {in_bytes(sum(each.bytes for each in more))}.")
    total = sum(each.bytes for each in found)
    typer.echo(f"{in_bytes(total)} in all. To delete it: debcr cache --clear.")


def _day(each: Kept) -> str:
    return datetime.fromtimestamp(each.used).astimezone().strftime("%Y-%m-%d %H:%M")
