"""One wish that is previewed above one layer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from debcr_core.component import Floats
from debcr_core.flow.progress import Progress
from napari_adapter.preview import sentences
from napari_adapter.preview.cells import Cell
from napari_adapter.preview.following import Following
from napari_adapter.preview.making import Making
from napari_adapter.preview.overlay import Overlay
from napari_adapter.preview.picture import Picture
from napari_adapter.preview.sight import sight_of
from napari_adapter.work import Work, Works

if TYPE_CHECKING:
    from napari.components import ViewerModel

    from debcr_core.flow.plan import Plan


class Session:
    """Plans, follows the window, and has cells made and shown, from `begin` to `end`.

    Parameters
    ----------
    viewer : napari.Viewer
        The window.
    overlay : Overlay
        Lies above the layer that is previewed.
    works : Works
        Begins threads.
    making : Making
        Makes the pixels.
    say : callable
        Told a sentence for the user.
    over : callable
        Called where it cannot go on, with a sentence that says why, or with the exception.
    """

    def __init__(
        self,
        viewer: ViewerModel,
        overlay: Overlay,
        works: Works,
        making: Making,
        *,
        say: Callable[[str], None],
        over: Callable[[str | Exception], None],
    ) -> None:
        self.making, self.overlay = making, overlay
        self._viewer, self._works = viewer, works
        self._say, self._over = say, over
        self._begun: list[Work[Any]] = []
        self._following: Following | None = None
        self._picture: Picture | None = None

    def begin(self) -> None:
        """Make the plan, then follow the window."""
        self._say(sentences.OPENING)
        self.overlay.under.events.data.connect(self._data_changed)
        self._viewer.layers.events.removed.connect(self._removed)

        def plan(work: Work[Plan]) -> Plan:
            return self.making.plan(partial(work.show, self._progressed), work.stop)

        self._begun.append(self._works.begin(plan, done=self._planned, failed=self._over))

    def end(self) -> None:
        """Stop all that goes on, and hear no more of it."""
        self.overlay.under.events.data.disconnect(self._data_changed)
        self._viewer.layers.events.removed.disconnect(self._removed)
        if self._following is not None:
            self._following.end()
        if self._picture is not None:
            self._picture.end()
        for work in self._begun:
            work.forget()

    def look(self) -> None:
        """Have made what is seen now, and nothing else."""
        picture = self._picture
        if picture is None:
            return
        blind = self._blind()
        picture.look(None if blind else sight_of(self._viewer, *self.overlay.place))
        if self.making.wanted.become(picture.missing):
            work = self._works.begin(self.making.cells, told=self._made, failed=self._over)
            self._begun = [*(other for other in self._begun if other.running), work]
        self._tell(blind or ("" if picture.seen else sentences.OUTSIDE))

    def _blind(self) -> str:
        """Return why nothing can be shown, whatever the window shows."""
        if self._viewer.dims.ndisplay != 2:
            self.overlay.remove()
            return sentences.FLAT
        return "" if self.overlay.visible else sentences.HIDDEN

    def _progressed(self, progress: Progress) -> None:
        self._say(sentences.of_progress(progress))

    def _planned(self, plan: Plan) -> None:
        if not self.overlay.fits(plan):
            self._over(sentences.OTHER_SIZE)
            return
        self._picture = Picture(plan, self.making.remembered, self.overlay)
        self._following = Following(self._viewer, self.overlay, self.look)
        self.look()

    def _made(self, cell: Cell, pixels: Floats) -> None:
        assert self._picture is not None
        self._picture.add(cell, pixels)
        self._tell("")

    def _tell(self, sentence: str) -> None:
        picture = self._picture
        assert picture is not None
        total = len(picture.seen)
        done = total - len(picture.missing)
        self._say(sentence or sentences.of_cells(done, total, provisional=picture.provisional))

    def _data_changed(self, _: object) -> None:
        self._over(sentences.CHANGED)

    def _removed(self, event: Any) -> None:
        if event.value is self.overlay.under:
            self._over(sentences.REMOVED)
        elif event.value is self.overlay.layer:
            self._over("")
