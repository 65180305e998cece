"""Tables on terminals that are too narrow for them: one line for each cell."""

from __future__ import annotations

from rich.console import Group
from rich.padding import Padding
from rich.table import Table

INDENT = 2


def listed(table: Table) -> Group:
    """Return a table's content as lines: the cells of a row below each other, after their headers.

    Where there are no headers, each row is one line: what it is about, and its value.

    Parameters
    ----------
    table : rich.table.Table
        Whose cells are text.
    """
    title = [str(table.title)] if table.title else []
    headers = [str(column.header) for column in table.columns]
    rows = zip(*(map(str, column.cells) for column in table.columns), strict=True)
    lines = [part for row in rows for part in _row(row, headers)]
    return Group(*title, *lines)


def _row(cells: tuple[str, ...], headers: list[str]) -> list[str | Padding]:
    if not any(headers):
        return [": ".join(cells)]
    first, *others = (f"{name}: {cell}" for name, cell in zip(headers, cells, strict=True) if cell)
    return [first, *(Padding(line, (0, 0, 0, INDENT)) for line in others)]
