"""Show how far a download is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Show = Callable[[int, int | None], None]


@contextmanager
def progress_bar(url: str) -> Iterator[Show]:
    """Show a bar while a file arrives; nothing where stderr is no terminal."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from debcr_core.cli.console import stderr
    from debcr_core.cli.printable import printable

    console = stderr()
    label = TextColumn("{task.description}", markup=False)
    columns: list[Any] = [label, BarColumn(), DownloadColumn()]
    with Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as bars:
        task = bars.add_task(printable(url.rpartition("/")[2][:40]), total=None)

        def show(received: int, total: int | None) -> None:
            bars.update(task, completed=received, total=total)

        yield show
