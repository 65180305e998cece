"""Where the command line writes: results to stdout, all else to stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from debcr_core.cli.printable import printable

if TYPE_CHECKING:
    from debcr_core.flow.restoration import Progress


class SafeConsole(Console):
    """A console that shows every text, sentence or cell of a table, but obeys none."""

    def render_str(self, text: str, **options: Any) -> Text:
        """Turn a text into what is shown; Rich calls this for whatever it prints."""
        return super().render_str(printable(text), **options)


def stdout() -> Console:
    """Return the console for results: tables on a terminal, plain text in a pipe."""
    return SafeConsole(highlight=False, markup=False, emoji=False)


def stderr() -> Console:
    """Return the console for progress, warnings and errors."""
    return SafeConsole(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[Progress], None]]:
    """Show a bar while tiles are restored; nothing where stderr is no terminal.

    Yields
    ------
    callable
        To be given to `restore` as its progress callback.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    label = TextColumn("{task.description}", markup=False)
    columns = (label, BarColumn(), MofNCompleteColumn())
    console = stderr()
    with Bars(
        *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal
    ) as bars:
        task = bars.add_task(printable(title), total=None)

        def show(progress: Progress) -> None:
            bars.update(task, completed=progress.done, total=progress.total)

        yield show
