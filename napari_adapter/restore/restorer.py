"""Restores what was asked for, one image after the other, while the viewer goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from psygnal import Signal
from qtpy.QtCore import QTimer

from debcr_core.errors import Cancelled, DebcrError
from debcr_core.flow.progress import Progress, in_time
from napari_adapter.advice import in_the_viewer
from napari_adapter.context import Context
from napari_adapter.restore.progress_words import in_words, percent
from napari_adapter.restore.request import Request
from napari_adapter.restore.restoring import restored
from napari_adapter.restore.result import Part, Result
from napari_adapter.work import Work


def _call(call: Callable[..., None], *values: Any) -> None:
    call(*values)


PATIENCE = 400
"""Milliseconds in which work that is cancelled ends; what takes longer is left to end unheard.

An import or a library's call that is under way cannot be stopped.
"""


@dataclass
class _Grown:
    """The result that grows at present, in memory or on disk; written by the work's thread."""

    part: Part | None = None
    on_disk: bool = False

    def begin(self, part: Part | None) -> None:
        """Take in what begins to grow; None where it does on disk."""
        self.part, self.on_disk = part, part is None


class Restorer:
    """Begins and ends restorations; all of it is called in the main thread.

    Parameters
    ----------
    context : Context
        Of the viewer, to which results are added.

    Attributes
    ----------
    progressed : Signal
        Emitted with a sentence, and percents of the stage or None.
    ended : Signal
        Emitted with a sentence once nothing goes on any more.
    offered : Signal
        Emitted with a `Part` that was finished when the work was cancelled or failed.
    """

    progressed = Signal(str, object)
    ended = Signal(str)
    offered = Signal(object)

    def __init__(self, context: Context) -> None:
        self._context, self._works = context, context.works()
        self._work: Work[None] | None = None
        self._grown = _Grown()
        self._requests: Sequence[Request] = ()
        self._failures, self._start = 0, 0.0
        context.closing.connect(self._close)

    @property
    def running(self) -> bool:
        """Whether something is being restored."""
        return self._work is not None

    def begin(self, requests: Sequence[Request]) -> None:
        """Restore some images."""
        self._requests, self._grown, self._failures = requests, _Grown(), 0
        self._start = time.monotonic()
        self._watch()
        self._work = self._works.begin(
            partial(self._restore_each, requests, self._grown),
            told=_call,
            done=lambda _: self._end(self._told()),
            cancelled=self._cancelled,
            failed=self._broke,
        )

    def cancel(self) -> None:
        """End what goes on, soon."""
        if self._work is not None:
            self._work.stop.request()
            self.progressed.emit("Stopping…", None)
            QTimer.singleShot(PATIENCE, partial(self._leave, self._work))

    def keep(self, part: Part) -> None:
        """Add a part to the viewer."""
        self._works.begin(lambda _: part.result(), done=self._add)

    def _leave(self, work: Work[None]) -> None:
        """Wait no longer for work that was cancelled."""
        if work is self._work:
            work.forget()
            self._cancelled()

    def _close(self) -> None:
        """Forget what goes on; what was begun is stopped by the context."""
        if self._work is not None:
            self._work = None
            self._watch(on=False)

    def _restore_each(self, requests: Sequence[Request], grown: _Grown, work: Work[None]) -> None:
        """Restore one after the other, in the work's thread; what fails does not stop the next."""
        for number, request in enumerate(requests, start=1):
            grown.part, grown.on_disk = None, False
            try:
                result = restored(
                    request,
                    self._context.planner,
                    partial(self._told_by_thread, work, number, request),
                    work.stop,
                    grown.begin,
                )
            except Cancelled:
                raise
            except Exception as error:  # it is told of in the main thread
                work.tell(self._failed, request, error, grown.part)
            else:
                grown.part = None
                work.tell(self._finished, result)

    def _told_by_thread(
        self, work: Work[None], number: int, request: Request, progress: Progress
    ) -> None:
        work.show(self._show, number, request, progress)

    def _show(self, number: int, request: Request, progress: Progress) -> None:
        if self._work is None or self._work.stop.requested:
            return
        several = len(self._requests) > 1
        place = f"{request.briefly} ({number} of {len(self._requests)}): " if several else ""
        self.progressed.emit(f"{place}{in_words(progress)}", percent(progress))

    def _finished(self, result: Result) -> None:
        self._add(result)
        self._context.log.info(f"{result.request.called} was restored: {result.request.name}.")

    def _add(self, result: Result) -> None:
        result.add_to(self._context.viewer)

    def _failed(self, request: Request, error: Exception, part: Part | None) -> None:
        self._failures += 1
        if len(self._requests) > 1 and isinstance(error, DebcrError):
            error = DebcrError(f"{request.called}: {in_the_viewer(error)}")
        self._context.log.error(error)
        if part is not None and part.blocks:
            self.offered.emit(part)

    def _broke(self, error: Exception) -> None:
        self._context.log.error(error)
        self._end("Failed; the log says why.")

    def _cancelled(self) -> None:
        part = self._grown.part
        self._end(
            "Cancelled; nothing is kept of a result that was being written to disk."
            if self._grown.on_disk
            else "Cancelled."
        )
        if part is not None and part.blocks:
            self.offered.emit(part)

    def _told(self) -> str:
        """Return what to say at the end."""
        took = in_time(time.monotonic() - self._start)
        if not self._failures:
            return f"Done in {took}."
        if len(self._requests) == 1:
            return "Failed; the log says why."
        return (
            f"{self._failures} of {len(self._requests)} images could not be restored; the log "
            "says why."
        )

    def _end(self, sentence: str) -> None:
        self._work, self._grown = None, _Grown()
        self._watch(on=False)
        self._requests = ()
        self.ended.emit(sentence)

    def _watch(self, *, on: bool = True) -> None:
        """Notice what becomes of the layers meanwhile."""
        removed = self._context.viewer.layers.events.removed
        (removed.connect if on else removed.disconnect)(self._removed)
        for layer in {layer for request in self._requests for layer in request.layers}:
            data = layer.events.data
            (data.connect if on else data.disconnect)(self._changed)

    def _removed(self, event: Any) -> None:
        if any(event.value in request.layers for request in self._requests):
            self._context.log.info(
                f'The layer "{event.value.name}" was removed while it was restored; the result '
                "comes all the same."
            )

    def _changed(self, event: Any) -> None:
        self._context.log.warning(
            f'The pixels of the layer "{event.source.name}" were replaced while it was restored: '
            "the result is of those before."
        )
