"""Warnings as values: whoever works collects them, whoever asked for the work shows them.

Python's own warnings depend on filters that are one for the whole process, and are silenced by
replacing them for all threads. Ours pass by them: what is said while someone `listening` reaches
that listener, once each; only what nobody listens to is issued as a Python warning.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from debcr_core.errors import DebcrWarning


class Heard(list[DebcrWarning]):
    """What was said while someone listened, each sentence once.

    Parameters
    ----------
    tell : callable or None
        Told of each as it comes.
    """

    def __init__(self, tell: Callable[[DebcrWarning], None] | None = None) -> None:
        super().__init__()
        self._tell = tell

    def hear(self, warning: DebcrWarning) -> None:
        """Take a warning in, if it is new."""
        if any(str(warning) == str(other) for other in self):
            return
        self.append(warning)
        if self._tell is not None:
            self._tell(warning)


_listener: ContextVar[Heard | None] = ContextVar("listener", default=None)

# `catch_warnings` replaces what all threads share: one at a time.
_silence = threading.RLock()


def say(sentence: str, kind: str = "other", advice: str = "") -> None:
    """Say something that the user should know, to whoever listens.

    Parameters
    ----------
    sentence : str
        What to know; with what to do, if that is the same everywhere.
    kind : str
        What it is about (see `debcr_core.DebcrWarning`).
    advice : str
        What to do on the command line and in Python.
    """
    pass_on(DebcrWarning(sentence, kind, advice=advice), stacklevel=3)


def pass_on(warning: DebcrWarning, stacklevel: int = 2) -> None:
    """Give a warning to whoever listens in this thread; issue it where nobody does."""
    heard = _listener.get()
    if heard is None:
        warnings.warn(warning, stacklevel=stacklevel)
    else:
        heard.hear(warning)


@contextmanager
def listening(tell: Callable[[DebcrWarning], None] | None = None) -> Iterator[Heard]:
    """Collect what is said in the block, in this thread, each sentence once and in order.

    Parameters
    ----------
    tell : callable, optional
        Told of each as it comes.

    Yields
    ------
    list of DebcrWarning
        Filled while the block runs.

    Examples
    --------
    >>> with listening() as heard:
    ...     say("Mind the gap.", kind="gap")
    >>> [(warning.kind, str(warning)) for warning in heard]
    [('gap', 'Mind the gap.')]
    """
    heard = Heard(tell)
    token = _listener.set(heard)
    try:
        yield heard
    finally:
        _listener.reset(token)


@contextmanager
def overhearing() -> Iterator[Heard]:
    """Collect what is said in the block as `listening` does, and keep it from nobody else.

    Yields
    ------
    list of DebcrWarning
        Filled while the block runs; each has been passed on at once.
    """
    around = _listener.get()
    with listening(warnings.warn if around is None else around.hear) as heard:
        yield heard


@contextmanager
def others_silenced() -> Iterator[None]:
    """Keep what libraries warn of from the user, while metadata are read or written.

    One thread at a time, and only where no pixels are computed. What is a `DebcrWarning` all the
    same, from a plugin that issues it by Python's means, is passed on.
    """
    with _silence:
        with warnings.catch_warnings(record=True) as issued:
            warnings.simplefilter("always")
            try:
                yield
            finally:
                ours = [each.message for each in issued if isinstance(each.message, DebcrWarning)]
        for warning in ours:
            pass_on(warning, stacklevel=3)
