"""Which cells are wanted, and which are there: shared by the thread that draws and the other."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

from debcr_core.component import Floats
from debcr_core.stopping import Stop
from napari_adapter.preview.cells import Cell

BUDGET = 2**28
"""Bytes of cells that are kept, so that what was seen is there at once when it is seen again."""


class Wanted:
    """Cells still to be computed, in order; one thread at a time takes from them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Cell] = []
        self._current: tuple[Cell, Stop] | None = None
        self._taken = False

    def become(self, cells: Iterable[Cell]) -> bool:
        """Want these cells and no others; what is being computed in vain is stopped.

        Returns
        -------
        bool
            Whether a thread must be begun that takes them.
        """
        with self._lock:
            self._waiting = list(cells)
            if self._current is not None:
                cell, stop = self._current
                if cell not in self._waiting:
                    stop.request()
                elif not stop.requested:
                    self._waiting.remove(cell)
            begin = bool(self._waiting) and not self._taken
            self._taken = self._taken or begin
            return begin

    def take(self) -> tuple[Cell, Stop] | None:
        """Return the next cell, and what stops its computing; None, and it is over, if no more."""
        with self._lock:
            self._current = (self._waiting.pop(0), Stop()) if self._waiting else None
            self._taken = self._current is not None
            return self._current


class Remembered:
    """Cells of one wish's result that are there, those used last, within a budget of memory."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._lock, self._budget = threading.Lock(), budget
        self._cells: OrderedDict[tuple[Cell, bool], Floats] = OrderedDict()
        self._bytes = 0

    def get(self, cell: Cell, provisional: bool) -> Floats | None:
        """Return a cell's pixels, provisional or final ones, if they are there."""
        with self._lock:
            pixels = self._cells.get((cell, provisional))
            if pixels is not None:
                self._cells.move_to_end((cell, provisional))
            return pixels

    def put(self, cell: Cell, provisional: bool, pixels: Floats) -> None:
        """Keep a cell's pixels; another thread may have kept the same."""
        with self._lock:
            if (cell, provisional) in self._cells:
                return
            self._cells[cell, provisional] = pixels
            self._bytes += pixels.nbytes
            while self._bytes > self._budget:
                self._bytes -= self._cells.popitem(last=False)[1].nbytes
