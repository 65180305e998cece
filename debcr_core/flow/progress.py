"""How far the work is, told as it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from debcr_core.stopping import Stop

Stage = Literal["loading", "statistics", "tiles", "writing"]


@dataclass(frozen=True)
class Progress:
    """How far a stage of the work is.

    Attributes
    ----------
    done, total : int
        Steps of the stage: pixels for statistics, tiles, blocks that are written.
    stage : {"loading", "statistics", "tiles", "writing"}
        What is being done.
    left : float or None
        Seconds that the stage is likely to take from now on; None at its start.
    image, images : int
        Which image it is of, counted from 1, and of how many that go to one output.
    """

    done: int
    total: int
    stage: Stage = "tiles"
    left: float | None = None
    image: int = 1
    images: int = 1


Callback = Callable[[Progress], None]


def of_image(callback: Callback | None, image: int, images: int) -> Callback | None:
    """Return what tells of one image's progress that it is one of several."""
    if callback is None:
        return None
    return lambda progress: callback(replace(progress, image=image, images=images))


def in_time(seconds: float) -> str:
    """Return a length of time as people write it.

    Examples
    --------
    >>> in_time(7.12), in_time(99), in_time(4000), in_time(9000)
    ('7.1 s', '99 s', '66.7 min', '2.5 h')
    """
    if seconds < 99:
        return f"{seconds:.2g} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.3g} min" if seconds < 7200 else f"{seconds / 3600:.3g} h"


class Meter:
    """Counts the steps of one stage, tells of each, and stops the work where that is asked for.

    Parameters
    ----------
    stage : {"loading", "statistics", "tiles", "writing"}
        What is being done.
    total : int
        Steps that are expected.
    callback : callable or None
        Told of each step.
    stop : Stop
        Looked at before and after each step.
    before : int
        Steps that an earlier run has made.
    """

    def __init__(
        self, stage: Stage, total: int, callback: Callback | None, stop: Stop, before: int = 0
    ) -> None:
        self.stage, self.total, self.stop = stage, total, stop
        self._callback, self._before = callback, before
        self._done, self._start = before, time.monotonic()
        self.step(0)

    def step(self, steps: int = 1) -> None:
        """Count some steps.

        Raises
        ------
        Cancelled
            If the work is to end.
        """
        self.stop.check()
        self._done += steps
        if self._callback is not None:
            # A second look at all pixels is as many steps again.
            total = self.total * max(1, -(-self._done // max(self.total, 1)))
            self._callback(Progress(self._done, total, self.stage, self._left(total)))
        self.stop.check()

    def _left(self, total: int) -> float | None:
        made = self._done - self._before
        if not made:
            return None
        return (time.monotonic() - self._start) / made * (total - self._done)

    def within(self) -> Callback:
        """Return what counts the steps of a part of the work, which counts for itself."""
        told = 0

        def tell(progress: Progress) -> None:
            nonlocal told
            self.step(progress.done - told)
            told = progress.done

        return tell
