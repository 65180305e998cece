"""Calls that keep Python from answering until they end: made in a thread of their own.

A library that computes in one long call can be neither stopped nor interrupted by a signal in the
thread that called it. Whoever waits for another thread can be, and leaves that one behind.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Generic, TypeVar

from debcr_core.stopping import Stop

Result = TypeVar("Result")

LOOK = 0.1
"""Seconds after which whoever waits looks for a stop, and Python for signals."""
PATIENCE = 0.5
"""Seconds in which a call that was asked to end may do so; then it is left behind."""


class Apart(threading.Thread, Generic[Result]):
    """Some work in a thread of its own, which begins at once.

    Parameters
    ----------
    work : callable
        Called in that thread, with the context variables of this one.
    """

    def __init__(self, work: Callable[[], Result]) -> None:
        # No daemon: a library that computes while Python ends takes the process down with it.
        super().__init__(daemon=False)
        self._work, self._context = work, copy_context()
        self._results: list[Result] = []
        self._failure: BaseException | None = None
        self._done = threading.Event()
        self.start()

    def run(self) -> None:
        """Do the work."""
        try:
            self._results.append(self._context.run(self._work))
        except BaseException as error:  # it is raised again in the thread that waits
            self._failure = error
        finally:
            self._done.set()

    def ended(self, within: float) -> bool:
        """Wait for some seconds at most, and say whether the work has ended."""
        return self._done.wait(within)

    def outcome(self) -> Result:
        """Return what the work returned, once it has ended, or raise what it raised."""
        if self._failure is not None:
            raise self._failure
        return self._results[0]


def call_apart(
    work: Callable[[], Result], stop: Stop, interrupt: Callable[[], None] = lambda: None
) -> Result:
    """Call a library that may not return, and stop waiting when that is asked for.

    Parameters
    ----------
    work : callable
        The call.
    stop : Stop
        Ends the waiting; so does a signal, if this is the main thread.
    interrupt : callable
        Asks the library to end. What goes on in spite of it is left behind: its result is dropped.

    Returns
    -------
    object
        What `work` returned.

    Raises
    ------
    Cancelled
        If the stop was asked for.
    Exception
        What `work` raised.
    """
    stop.check()
    call = Apart(work)
    try:
        with stop.interrupting(interrupt):
            while not call.ended(within=LOOK):
                stop.check()
            return call.outcome()
    except BaseException:
        interrupt()
        call.ended(within=PATIENCE)
        raise


def left_behind() -> bool:
    """Say whether work goes on that nobody waits for any more, once all else has ended."""
    return any(isinstance(thread, Apart) for thread in threading.enumerate())
