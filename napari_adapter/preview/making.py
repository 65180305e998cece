"""A preview's pixels: computed by a thread, cell by cell, as the final result has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from debcr_core.component import Floats
from debcr_core.errors import Cancelled
from debcr_core.files.pixel_types import convert_block, pixel_type
from debcr_core.flow.progress import Callback
from debcr_core.stopping import Stop
from napari_adapter.planner import Planner, Wish
from napari_adapter.preview.cells import Cell
from napari_adapter.preview.wanted import Remembered, Wanted
from napari_adapter.work import Work

if TYPE_CHECKING:
    from debcr_core.flow.plan import Plan

SETTLED = 2**22
"""Pixels up to which an image whose result needs two passes is previewed after the first one."""


class Making:
    """Makes the plan of a wish, and cells of its result.

    Parameters
    ----------
    planner : Planner
        Makes and keeps plans.
    wish : Wish
        What is previewed.
    remembered : Remembered
        The cells of that wish which were made.

    Attributes
    ----------
    wish, remembered
        As given.
    wanted : Wanted
        The cells to make.
    """

    def __init__(self, planner: Planner, wish: Wish, remembered: Remembered) -> None:
        self.wish, self.remembered = wish, remembered
        self.wanted = Wanted()
        self._dtype = pixel_type(wish.dtype, wish.image)
        self._planner = planner

    def plan(self, progress: Callback | None, stop: Stop) -> Plan:
        """Return the plan of the whole image, for which any cell can be finished.

        Of a large image whose result needs statistics of itself, the plan has `Plan.two_passes`,
        and its cells are provisional.
        """
        plan = self._planner.plan(self.wish, progress, stop)
        if plan.two_passes and plan.template.size <= SETTLED:
            return self._planner.settled(self.wish, progress, stop)
        return plan

    def cells(self, work: Work[None]) -> None:
        """Make the cells that are wanted until there are no more, and tell of each; in a thread."""
        # Plan and network may have been given up meanwhile, for those of another tab.
        with self._planner.engine.using(self.wish.choice, stop=work.stop):
            plan = self.plan(None, work.stop)
            while (taken := self.wanted.take()) is not None:
                cell, stop = taken
                try:
                    with work.stop.interrupting(stop.request):
                        pixels = self._cell(plan, cell, stop)
                except Cancelled:
                    work.stop.check()
                    continue
                work.tell(cell, self._stored(pixels))

    def _stored(self, pixels: Floats) -> Floats:
        """Return pixels as they look when they are stored: rounded and clipped, if to integers."""
        return convert_block(pixels, self._dtype).astype(np.float32, copy=False)

    def _cell(self, plan: Plan, cell: Cell, stop: Stop) -> Floats:
        pixels = self.remembered.get(cell, plan.two_passes)
        if pixels is None:
            dims = map(str, plan.template.dims)
            region = {dim: slice(*bounds) for dim, bounds in zip(dims, cell, strict=True)}
            pixels = plan.restore(region, provisional=plan.two_passes, stop=stop).to_numpy()
            self.remembered.put(cell, plan.two_passes, pixels)
        return pixels
