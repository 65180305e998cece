"""What of a result is seen, and what of that is there and shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from qtpy.QtCore import QTimer

from debcr_core.component import Floats
from napari_adapter.preview.cells import Cell, Cells, bounding
from napari_adapter.preview.limits import Limits, limits_of
from napari_adapter.preview.overlay import Overlay
from napari_adapter.preview.sheet import Sheet
from napari_adapter.preview.sight import Sight
from napari_adapter.preview.wanted import Remembered

if TYPE_CHECKING:
    from debcr_core.flow.plan import Plan

REPAINT = 150
"""Milliseconds between two paintings, where cells follow each other faster than that."""


class Picture:
    """The cells of a plan that are seen, shown as they come.

    Parameters
    ----------
    plan : Plan
        Of the whole image. Where it has `Plan.two_passes`, all that is seen is one cell, and
        nothing beyond its plane, since its provisional statistics are those of the cell.
    remembered : Remembered
        Cells that are there.
    overlay : Overlay
        Shows them.

    Attributes
    ----------
    provisional : bool
        Whether the final result will differ.
    seen : list of tuple
        The cells in the window, those nearest to its centre first.
    """

    def __init__(self, plan: Plan, remembered: Remembered, overlay: Overlay) -> None:
        self.provisional = plan.two_passes
        self.seen: list[Cell] = []
        self._plan, self._remembered, self._overlay = plan, remembered, overlay
        self._cells, self._dims = Cells(plan), [str(dim) for dim in plan.template.dims]
        self._sheet: Sheet | None = None
        self._limits: Limits | None = None
        self._unshown = False
        self._pause = QTimer()
        self._pause.setSingleShot(True)
        self._pause.setInterval(REPAINT)
        self._pause.timeout.connect(self._show_rest)

    def look(self, sight: Sight | None) -> None:
        """Show what the window shows now, as far as it is there."""
        cells = [] if sight is None else self._cells.seen(sight)
        self.seen = cells
        if sight is None or not cells:
            return
        plane, before = self._cells.plane(sight), self._sheet
        if self.provisional:
            self.seen = [self._in_plane(bounding(cells), plane)]
        if before is None or not before.suits(plane, self.seen):
            self._sheet = Sheet(self._dims, plane, self.seen)
            if before is not None and not self.provisional:
                self._sheet.take_over(before)
        for cell in self.missing:
            pixels = self._remembered.get(cell, self.provisional)
            if pixels is not None:
                self._paint(cell, pixels)
        self._show()

    def _in_plane(self, cell: Cell, plane: Mapping[str, int]) -> Cell:
        return tuple(
            (plane[dim], plane[dim] + 1) if dim in plane else bounds
            for dim, bounds in zip(self._dims, cell, strict=True)
        )

    @property
    def missing(self) -> list[Cell]:
        """The cells that are seen and not there yet, in order."""
        painted = set() if self._sheet is None else self._sheet.painted
        return [cell for cell in self.seen if cell not in painted]

    def add(self, cell: Cell, pixels: Floats) -> None:
        """Show a cell, if it is still seen: at once, or with others that follow closely."""
        if cell not in self.seen:
            return
        self._paint(cell, pixels)
        self._unshown = True
        if not self._pause.isActive():
            self._show_rest()

    def end(self) -> None:
        """Show nothing more."""
        self._pause.stop()

    def _paint(self, cell: Cell, pixels: Floats) -> None:
        assert self._sheet is not None
        self._sheet.paint(cell, pixels)
        if self._limits is None:
            channel = self._sheet.start.get("c", 0)
            self._limits = limits_of(self._plan, channel, self._sheet.pixels)

    def _show_rest(self) -> None:
        if self._unshown:
            self._pause.start()
            self._show()

    def _show(self) -> None:
        self._unshown = False
        # A layer of nothing would only be in the way.
        if self._sheet is not None and (self._sheet.painted or self._overlay.layer is not None):
            self._overlay.show(self._sheet, self._limits)
