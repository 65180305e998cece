"""Where the command line writes: results to stdout, all else to stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from debcr_core.cli.narrow import listed
from debcr_core.cli.printable import printable

if TYPE_CHECKING:
    from rich.progress import TaskID

    from debcr_core.flow.progress import Progress, Stage


UNLIMITED = 100_000
"""Columns of a terminal that cuts nothing."""


class SafeConsole(Console):
    """A console that shows every text, sentence or cell of a table, but obeys none.

    A table whose words it would have to cut is shown as a list.
    """

    def print(self, *shown: Any, **options: Any) -> None:
        """Print texts and tables."""
        super().print(*map(self._fitting, shown), **options)

    def _fitting(self, shown: Any) -> Any:
        if not isinstance(shown, Table):
            return shown
        whole = self.measure(shown, options=self.options.update(width=UNLIMITED))
        return shown if whole.minimum <= self.width else listed(shown)

    def render_str(self, text: str, **options: Any) -> Text:
        """Turn a text into what is shown; Rich calls this for whatever it prints."""
        return super().render_str(printable(text), **options)


def stdout() -> Console:
    """Return the console for results: tables on a terminal, plain text in a pipe."""
    return SafeConsole(highlight=False, markup=False, emoji=False)


def stderr() -> Console:
    """Return the console for progress, warnings and errors."""
    return SafeConsole(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


LABELS: dict[Stage, str] = {
    "loading": "loading the model",
    "statistics": "statistics",
    "tiles": "tiles",
    "writing": "writing",
}


@contextmanager
def progress_bar(title: str, *, hidden: bool = False) -> Iterator[Callable[[Progress], None]]:
    """Show a bar for each stage of the work; nothing where stderr is no terminal.

    Parameters
    ----------
    title : str
        What is worked on.
    hidden : bool
        Show nothing on a terminal, either.

    Yields
    ------
    callable
        To be given to `restore` as its progress callback.
    """
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    described = TextColumn("{task.description}", markup=False)
    columns = (described, BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    console = stderr()
    with Bars(
        *columns,
        TimeRemainingColumn(),
        console=console,
        disable=hidden or not console.is_terminal,
    ) as bars:
        tasks: dict[Stage, TaskID] = {}

        def show(progress: Progress) -> None:
            stage = progress.stage
            if stage not in tasks:
                tasks[stage] = bars.add_task("", total=None)
            one = f" {progress.image} of {progress.images}" if progress.images > 1 else ""
            label = f"{printable(title)}{one}: {LABELS[stage]}"
            done, total = progress.done, progress.total
            bars.update(tasks[stage], description=label, completed=done, total=total)

        yield show
