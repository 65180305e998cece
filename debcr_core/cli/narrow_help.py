"""Help on terminals that are too narrow for its tables: plain text, as wide as they are."""

from __future__ import annotations

from shutil import get_terminal_size
from textwrap import wrap
from typing import Any

import typer.core

NARROWEST = 60
"""Columns that the tables of --help take; below, it is plain text."""
DEEPEST = 4
"""Columns of indentation that are kept."""


class HelpfulCommand(typer.core.TyperCommand):
    """A command whose help fits the terminal."""

    def get_help(self, ctx: Any) -> str:
        """Return the help; where there are tables, they are printed already."""
        return fitting(super().get_help(ctx))


def is_narrow() -> bool:
    """Say whether the terminal is too narrow for tables."""
    return get_terminal_size().columns < NARROWEST


def fitting(text: str) -> str:
    """Return a text with its lines wrapped to a narrow terminal; for others, as it is."""
    if not is_narrow():
        return text
    return "\n".join(part for line in text.splitlines() for part in _wrapped(line))


def _wrapped(line: str) -> list[str]:
    words = " ".join(line.split())
    indent = " " * min(len(line) - len(line.lstrip()), DEEPEST)
    columns = max(get_terminal_size().columns, 2 * DEEPEST)
    return wrap(
        words,
        columns,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_on_hyphens=False,
    ) or [""]
