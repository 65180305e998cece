"""What will be done to one image, before it is done: blocks that can be computed in any order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Floats, Region
from debcr_core.errors import UsageError
from debcr_core.flow.blocks import Remembered, computed
from debcr_core.flow.contrast import Stretch
from debcr_core.flow.joining import extent, relative
from debcr_core.flow.outline import Outline
from debcr_core.flow.progress import Callback
from debcr_core.flow.record import record_of
from debcr_core.flow.regions import Wanted, settled_region
from debcr_core.flow.settling import settled, settled_by_region
from debcr_core.flow.suitability import check_finished
from debcr_core.plain_variables import with_pixels
from debcr_core.stopping import Stop

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, eq=False)
class Plan(Outline):
    """All that is settled of restoring one image: any part of the result follows from it alone.

    Each pixel of the result is a function of its position, whoever computes it, in whatever order
    and division: the same bytes, with the same backend, library versions and instruction set.

    Made by `debcr_core.Runner.plan`, and usable while the runner is open. Several threads may use
    it at once.
    """

    def restore(
        self,
        region: Wanted | None = None,
        *,
        provisional: bool = False,
        progress: Callback | None = None,
        stop: Stop | None = None,
    ) -> xr.DataArray:
        """Return the restored image, or a region of it: bit for bit that region of the whole.

        Only the tiles that the region needs are computed.

        Parameters
        ----------
        region : mapping of str to slice, optional
            Which part, by the dims of `template`: ``{"y": slice(0, 512)}``; whole along the others.
        provisional : bool
            Where `two_passes` is true: take the statistics of the output from this region alone,
            for a preview. The result has ``attrs["provisional"]``.
        progress : callable, optional
            Called with a `Progress` after each tile.
        stop : Stop, optional
            Ends the work inside a tile.

        Raises
        ------
        UsageError
            If the region is empty, has a step, or lies outside the image; or `two_passes` is true
            and the result need not be provisional; or the runner was closed.
        DebcrError
            As `debcr_core.restore`.
        """
        place = settled_region(region, self.template)
        with self.network.working(stop) as asked:
            plan = self._provisional(place, progress, asked) if provisional else self
            result = np.empty(extent(place), np.float32)
            for part, block in plan.blocks(region, progress=progress, stop=asked):
                result[relative(part, place)] = block
        dims = map(str, self.template.dims)
        restored = with_pixels(self.template.isel(dict(zip(dims, place, strict=True))), result)
        return restored if plan is self else restored.assign_attrs(provisional=True)

    def _provisional(self, place: Region, progress: Callback | None, stop: Stop) -> Plan:
        if not self.two_passes:
            return self
        signature = self.network.signature
        if "c" in self.template.dims and not (
            signature.keeps_channels and "c" not in signature.axes
        ):
            # Statistics are taken of all that the network makes at once.
            axis = self.template.dims.index("c")
            made = len(signature.channels_out)
            first, last = place[axis].start // made * made, -(-place[axis].stop // made) * made
            place = (*place[:axis], slice(first, last), *place[axis + 1 :])
        return settled_by_region(self, place, progress, stop)

    def blocks(
        self,
        region: Wanted | None = None,
        *,
        progress: Callback | None = None,
        stop: Stop | None = None,
        remembered: Remembered | None = None,
    ) -> Iterator[tuple[Region, Floats]]:
        """Yield the restored image block by block, each pixel once, in bounded memory.

        Parameters
        ----------
        region, progress, stop
            As in `restore`.
        remembered : Remembered, optional
            Outputs of tiles, kept for further calls in this thread.

        Yields
        ------
        (tuple of slice, numpy.ndarray)
            A slice per dim of `template`, and float32 pixels of that shape.

        Raises
        ------
        DebcrError
            As `restore`.
        """
        if self.two_passes:
            raise UsageError(
                "Finishing this image needs statistics of the network's whole output: settle the "
                "plan first (plan.settle()), plan with an earlier record (fitted=), or ask for a "
                "provisional result (provisional=True)."
            )
        place = settled_region(region, self.template)
        with self.network.working(stop) as asked:
            for part, block in computed(
                self, place, progress, asked, undo=True, remembered=remembered
            ):
                yield part, check_finished(self._stretched(block, part))

    def settle(self, *, progress: Callback | None = None, stop: Stop | None = None) -> Plan:
        """Return a plan for which any region can be finished, by a first pass where it needs one.

        That pass runs the network over the whole image, sets its output aside on disk and takes
        the statistics. Later plans can be made from the record of the plan that is returned.

        Parameters
        ----------
        progress, stop
            As in `restore`.

        Raises
        ------
        DebcrError
            As `restore`; also if the disk is full.
        """
        if not self.two_passes:
            return self
        with self.network.working(stop) as asked:
            return settled(self, progress, asked)

    def _stretched(self, block: Floats, region: Region) -> Floats:
        if not isinstance(self.stretch, Stretch):
            return block
        axis = self.template.dims.index("c") if "c" in self.template.dims else None
        channels = slice(0, 1) if axis is None else region[axis]
        return self.stretch.apply(block, channels, axis)

    def record(self, *, stop: Stop | None = None) -> dict[str, Any]:
        """Return what was settled, as values that JSON can hold; no absolute path is among them.

        It suffices to make the same plan again: ``runner.plan(image, fitted=record)``, or
        ``debcr replay``. For the checksum of the input, that is read once more.

        Parameters
        ----------
        stop : Stop, optional
            Ends the reading of a large file.
        """
        return record_of(self, stop)
