"""Work in the background of the viewer: what it tells arrives in the main thread.

Neither torch nor a disk answers in the time of a frame, so nothing of them is called in the thread
that draws. Work looks at a `Stop`; a widget that goes takes its work along (`Works.close`).
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from qtpy.QtCore import QCoreApplication, QObject, Signal, Slot

from debcr_core.errors import Cancelled, DebcrWarning
from debcr_core.notices import listening
from debcr_core.stopping import Stop

Result = TypeVar("Result")
Call = Callable[..., None]

PATIENCE = 5.0
"""Seconds in which work that was stopped ends; it mostly does within one."""
GIVEN_WAY = 5
"""By how much nicer work is: it has a third of the processor where both want the same one."""


def _nothing(*_: object) -> None:
    """Do nothing about it."""


# When Python ends, it waits for threads before it tells anyone: a script or console that ends while
# no event loop of Qt runs would wait for ever.
_begun: WeakSet[Work[Any]] = WeakSet()


def _stop_at_the_end() -> None:
    threading.main_thread().join()
    for work in list(_begun):
        work.forget()


@cache
def _watch_the_end() -> None:
    """Have all work stopped when the main thread ends; for the whole program."""
    threading.Thread(target=_stop_at_the_end, name="DeBCR's end", daemon=True).start()


def _give_way() -> None:
    """Let the thread that draws go before this one and those that it begins, as torch's are.

    Where both wanted the processor, what took 0.1 s to draw took 0.25 s. Only Linux has priorities
    of threads (https://man7.org/linux/man-pages/man2/setpriority.2.html, under "Bugs").
    """
    if sys.platform == "linux":
        niceness = os.getpriority(os.PRIO_PROCESS, os.getpid()) + GIVEN_WAY
        with suppress(OSError):  # a sandbox may forbid it
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)


class _Post(QObject):
    """Calls functions in the thread in which it was made, whichever thread asks."""

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.asked.connect(self._call)

    # Without this mark, PyQt has what was asked wait elsewhere, where it could not be removed.
    @Slot(object)
    def _call(self, call: Callable[[], None]) -> None:
        call()

    def drop(self) -> None:
        """Call nothing that was asked for and still waits: it keeps alive what it is about."""
        with suppress(RuntimeError):  # the application has ended, and this with it
            QCoreApplication.removePostedEvents(self)


class Work(Generic[Result]):
    """Some work in a thread of its own; all that is called back is called in the main thread.

    Parameters
    ----------
    do : callable
        ``do(work)``, called in that thread: looks at ``work.stop``, calls ``work.tell(…)``.
    post : _Post
        Lives in the main thread.
    told : callable
        Called with the arguments of each ``work.tell(…)``, in order.
    warned : callable
        Called with each `DebcrWarning`.
    done : callable
        Called with the result.
    cancelled : callable
        Called instead if the work was stopped.
    failed : callable
        Called with the exception instead if it failed.
    ended : callable
        Called at last, in any case.

    Attributes
    ----------
    stop : Stop
        Ends the work.
    """

    def __init__(
        self,
        do: Callable[[Work[Result]], Result],
        post: _Post,
        *,
        told: Call,
        warned: Callable[[DebcrWarning], None],
        done: Callable[[Result], None],
        cancelled: Callable[[], None],
        failed: Callable[[Exception], None],
        ended: Callable[[], None],
    ) -> None:
        self.stop = Stop()
        self._do, self._post = do, post
        self._told, self._warned = told, warned
        self._done, self._cancelled, self._failed, self._ended = done, cancelled, failed, ended
        self._forgotten = False
        self._latest: dict[Call, tuple[Any, ...]] = {}
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="DeBCR", daemon=False)

    def begin(self) -> None:
        """Start the thread."""
        _watch_the_end()
        _begun.add(self)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._thread.is_alive()

    def tell(self, *values: Any) -> None:
        """Have `told` called with some values in the main thread; from the work's own thread."""
        self._ask(partial(self._told, *values))

    def show(self, call: Call, *values: Any) -> None:
        """Have something called with the newest values only: progress, which may come in floods.

        Parameters
        ----------
        call : callable
            In the main thread. What comes before it was called takes the former's place.
        values
            Its arguments.
        """
        with self._lock:
            waiting = call in self._latest
            self._latest[call] = values
        if not waiting:
            self._ask(partial(self._show_latest, call))

    def _show_latest(self, call: Call) -> None:
        with self._lock:
            values = self._latest.pop(call)
        call(*values)

    def forget(self) -> None:
        """Stop it, and have nothing called back from now on; in the main thread."""
        self._forgotten = True
        self.stop.request()

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended, for some seconds at most, and say whether it has."""
        self._thread.join(seconds)
        return not self.running

    def _run(self) -> None:
        _give_way()
        outcome = self._outcome()
        self._ask(outcome)
        self._ask(self._ended)

    def _outcome(self) -> Callable[[], None]:
        try:
            with listening(lambda warning: self._ask(partial(self._warned, warning))):
                result = self._do(self)
        except Cancelled:
            return self._cancelled
        except Exception as error:  # it is told of in the main thread
            return partial(self._failed, error)
        return partial(self._done, result)

    def _ask(self, call: Callable[[], None]) -> None:
        if self._forgotten:
            return
        try:
            self._post.asked.emit(partial(self._unless_forgotten, call))
        except RuntimeError:  # the application has ended, and the post with it
            self._forgotten = True

    def _unless_forgotten(self, call: Callable[[], None]) -> None:
        if not self._forgotten:
            call()


class Works:
    """The work that one widget has begun.

    Made in the main thread.

    Parameters
    ----------
    warned, failed : callable
        What is called with warnings and exceptions of work that says nothing else.
    """

    def __init__(
        self,
        warned: Callable[[DebcrWarning], None] = _nothing,
        failed: Callable[[Exception], None] = _nothing,
    ) -> None:
        # Not on the widget, which may go while a thread still emits.
        self._post = _Post()
        self._warned, self._failed = warned, failed
        self._begun: list[Work[Any]] = []

    def begin(
        self,
        do: Callable[[Work[Result]], Result],
        *,
        told: Call = _nothing,
        warned: Callable[[DebcrWarning], None] | None = None,
        done: Callable[[Result], None] = _nothing,
        cancelled: Callable[[], None] = _nothing,
        failed: Callable[[Exception], None] | None = None,
        ended: Callable[[], None] = _nothing,
    ) -> Work[Result]:
        """Begin some work (see `Work`), and return it."""
        work = Work(
            do,
            self._post,
            told=told,
            warned=warned or self._warned,
            done=done,
            cancelled=cancelled,
            failed=failed or self._failed,
            ended=ended,
        )
        self._begun = [other for other in self._begun if other.running]
        self._begun.append(work)
        work.begin()
        return work

    def stop(self) -> None:
        """Stop all work, and hear no more of it."""
        for work in self._begun:
            work.forget()

    def close(self, patience: float = PATIENCE) -> None:
        """Stop all work, hear no more of it, and wait until it has ended."""
        self.stop()
        for work in self._begun:
            work.wait(patience)
        self._post.drop()
