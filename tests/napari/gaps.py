"""How long the event loop stands still: nothing is drawn and no click is heard meanwhile."""

from __future__ import annotations

import time

from qtpy.QtCore import QTimer

TICK = 10
"""Milliseconds between two looks at the clock."""


class Gaps:
    """Measures the gaps between turns of the event loop, from its making to `end`; use ``with``.

    Attributes
    ----------
    longest : float
        Seconds.
    when : float
        Seconds from the start until the longest gap had ended.
    busiest : float
        Seconds of the processor that the main thread itself used in one turn, at most: unlike the
        gaps, these do not grow with what else the machine does.
    """

    def __init__(self) -> None:
        self.longest = self.when = self.busiest = 0.0
        self._start = self._last = time.perf_counter()
        self._used = time.thread_time()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK)

    def _tick(self) -> None:
        now = time.perf_counter()
        if now - self._last > self.longest:
            self.longest, self.when = now - self._last, now - self._start
        used = time.thread_time()
        self.busiest = max(self.busiest, used - self._used)
        self._last, self._used = now, used

    def end(self) -> float:
        """Stop measuring, and return the longest gap, that which still goes on included."""
        self._tick()
        self._timer.stop()
        return self.longest

    def __enter__(self) -> Gaps:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
