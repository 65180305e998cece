"""Ctrl-C, a cluster that ends a job, a terminal that is closed: all ask the work to stop."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from debcr_core.apart import Apart, left_behind
from debcr_core.errors import Cancelled
from debcr_core.stopping import Stop

Result = TypeVar("Result")

ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""What asks a program to end, other than Ctrl-C."""
LOOK = 0.2
"""Seconds after which the main thread looks for signals, which some systems hold back meanwhile."""
INTERRUPTED = 130


def interruptible(work: Callable[[Stop], Result]) -> Result:
    """Do some work in a thread of its own, so that signals are answered while it computes.

    A library that computes for long, in one call, keeps Python from answering a signal in the
    thread it was called in. A second signal ends the program at once, whatever is left behind.

    Parameters
    ----------
    work : callable
        Given the `Stop` that a signal requests.

    Raises
    ------
    KeyboardInterrupt
        Once the work has stopped, if a signal came before it was done.
    """
    stop = Stop()
    with _requesting(stop):
        working = Apart(lambda: work(stop))
        while not working.ended(within=LOOK):
            pass
    try:
        # A signal that came too late changes nothing.
        return working.outcome()
    except BaseException as error:
        if stop.requested:
            # What it says was left, or kept, is for the user.
            said = [str(error)] if isinstance(error, Cancelled) else []
            raise KeyboardInterrupt(*said) from None
        raise


def heeded_endings() -> list[signal.Signals]:
    """Return what asks this program to end: a hang-up that `nohup` has it ignore does not."""
    return [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]


@contextmanager
def ending_at_once() -> Iterator[None]:
    """End the process where the block does, though a library still computes in a thread.

    Python would wait for that thread, which may never end, or tear down what it works with.
    """
    try:
        yield
    except (SystemExit, KeyboardInterrupt) as end:
        if not left_behind():
            raise
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        status = end.code if isinstance(end, SystemExit) else INTERRUPTED
        os._exit(status if isinstance(status, int) else 1)


@contextmanager
def _requesting(stop: Stop) -> Iterator[None]:
    """Have signals request the stop; a second one ends the program."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def answer(_number: int, _frame: FrameType | None) -> None:
        if stop.requested:
            os._exit(INTERRUPTED)
        stop.request()

    heeded = (signal.SIGINT, *heeded_endings())
    before = {number: signal.signal(number, answer) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
