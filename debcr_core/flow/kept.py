"""What is kept of an output that grows where a run ends early, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from debcr_core.errors import Cancelled
from debcr_core.files.unfinished import Unfinished, done_of
from debcr_core.flow.sharing import Sharing


@contextmanager
def telling_what_is_kept(output: Path, sharing: Sharing) -> Iterator[None]:
    """Say what is kept of an output where the work is stopped, also before it goes on with it.

    Parameters
    ----------
    output : Path
        The final name.
    sharing : Sharing
        What of the output is made in this run.

    Raises
    ------
    Cancelled
        If the work was stopped.
    """
    try:
        yield
    except Cancelled as error:
        if left := kept(Unfinished(output), sharing):
            raise Cancelled(f"Stopped. {left}") from error
        raise


def kept(unfinished: Unfinished, sharing: Sharing) -> str | None:
    """Return what is kept of an output if a run ends early, and how to go on; None if nothing."""
    if not (sharing.keeps and unfinished.begun):
        return None
    how = "--finish" if sharing.finish else "--resume"
    if sharing.part:
        how = f"--part {sharing.part}"
    done = done_of(unfinished.folder)
    return f"What is done of {unfinished.output} is kept ({done}): {how} goes on with it."
