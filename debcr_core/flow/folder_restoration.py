"""One image of many: how it ended, as a value, so that it does not stop the others."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from debcr_core.errors import Cancelled, DebcrWarning
from debcr_core.flow.pairing import Pair
from debcr_core.notices import overhearing


@dataclass(frozen=True)
class Outcome:
    """How the work on one image ended.

    Attributes
    ----------
    pair : Pair
        The image, and where it was to go.
    seconds : float
        How long it took.
    error : Exception or None
        Why it could not be done: a `DebcrError` whose sentence says it, or ``MemoryError``; any
        other is a fault of the program or a plugin.
    warnings : tuple of DebcrWarning
        What was said meanwhile.
    """

    pair: Pair
    seconds: float
    error: Exception | None = None
    warnings: tuple[DebcrWarning, ...] = ()


def attempt(pair: Pair, work: Callable[[Pair], None]) -> Outcome:
    """Do something with one of several images, and return how it ended.

    An image whose output another would have, too, fails before anything is done to it.

    Parameters
    ----------
    pair : Pair
        The image, and where it goes.
    work : callable
        Called with the pair: restores it, or says how that would be done.

    Raises
    ------
    Cancelled
        If the work was stopped, which ends that on the others as well.
    """
    begun, error = time.monotonic(), None
    with overhearing() as heard:
        try:
            pair.check_alone()
            work(pair)
        except Cancelled:
            raise
        except Exception as raised:  # whoever asked decides which of them ends it all
            error = raised
    return Outcome(pair, time.monotonic() - begun, error, tuple(heard))
