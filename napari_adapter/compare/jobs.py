"""One calculation at a time, in the background."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from psygnal import Signal

from debcr_core.apart import call_apart

if TYPE_CHECKING:
    from napari_adapter.context import Context
    from napari_adapter.work import Work

Result = TypeVar("Result")


class Jobs:
    """Calculations of the tab; a new one takes the place of the one that goes on.

    Parameters
    ----------
    context : Context
        Has the work, and the log of what goes wrong in it.

    Attributes
    ----------
    changed : Signal
        Emitted with what is being done, or with what became of it; and whether it goes on.
    """

    changed = Signal(str, bool)

    def __init__(self, context: Context) -> None:
        self._works, self._log = context.works(), context.log
        self._running = False

    def begin(
        self,
        doing: str,
        do: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Callable[[], None] = lambda: None,
    ) -> Work[Result]:
        """Begin a calculation.

        Parameters
        ----------
        doing : str
            What it does, as the user is told.
        do : callable
            Calculates, in a thread that does not draw; it is left behind when it is stopped.
        done : callable
            Called with the result, in the main thread.
        failed : callable
            Called instead, after the user was told why there is none.
        """
        self._works.stop()
        self._running = True
        self.changed.emit(f"{doing}…", True)

        def finish(result: Result) -> None:
            done(result)
            self._end(f"{doing}: done.")

        def fail(error: Exception) -> None:
            self._log.error(error)
            self._end(f"{doing}: failed; the log says why.")
            failed()

        return self._works.begin(
            lambda work: call_apart(do, work.stop),
            done=finish,
            failed=fail,
        )

    def cancel(self) -> None:
        """Stop the calculation that goes on, if there is one."""
        if self._running:
            self._works.stop()
            self._end("Cancelled.")

    def _end(self, said: str) -> None:
        self._running = False
        self.changed.emit(said, False)
