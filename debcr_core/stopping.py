"""A wish to stop, which may come from another thread or a signal, and is answered soon."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from debcr_core.errors import Cancelled


class Stop:
    """Asks work that goes on elsewhere to end: inside a tile, or at the next block of pixels.

    Examples
    --------
    >>> stop = Stop()
    >>> stop.check()
    >>> stop.request()
    >>> stop.check()
    Traceback (most recent call last):
    debcr_core.errors.Cancelled: Stopped; nothing unfinished was left behind.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        # A dict, since a signal's handler may change it in the middle of anything: no lock helps.
        self._interrupts: dict[object, Callable[[], None]] = {}

    @property
    def requested(self) -> bool:
        """Whether the work is to end."""
        return self._event.is_set()

    def request(self) -> None:
        """Ask the work to end, from any thread or a signal's handler; again does no harm."""
        self._event.set()
        for interrupt in list(self._interrupts.values()):
            interrupt()

    def check(self) -> None:
        """Do nothing, or end the work.

        Raises
        ------
        Cancelled
            If it was asked for.
        """
        if self.requested:
            raise Cancelled("Stopped; nothing unfinished was left behind.")

    @contextmanager
    def interrupting(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Have something called when the stop is asked for, for what cannot look by itself.

        Parameters
        ----------
        interrupt : callable
            Called in the thread that asks, while the block runs.

        Raises
        ------
        Cancelled
            If the stop was asked for, before or in the block.
        """
        key = object()
        self._interrupts[key] = interrupt
        try:
            self.check()
            yield
        except Exception:
            # What was interrupted fails in words of its own.
            self.check()
            raise
        finally:
            del self._interrupts[key]


_heeded: ContextVar[Stop | None] = ContextVar("heeded", default=None)


@contextmanager
def heeding(stop: Stop) -> Iterator[None]:
    """Have what is called in the block heed a stop that is not passed on to it (`heeded`).

    Parameters
    ----------
    stop : Stop
        Of the work that the block does.
    """
    token = _heeded.set(stop)
    try:
        yield
    finally:
        _heeded.reset(token)


def heeded() -> Stop:
    """Return the stop that is heeded in this thread; where there is none, one that nobody asks."""
    return _heeded.get() or Stop()


def check_heeded() -> None:
    """End the work if the stop that is heeded in this thread was asked for.

    For writers and the like, which go on for long after the last pixel came.

    Raises
    ------
    Cancelled
        If so.
    """
    heeded().check()
