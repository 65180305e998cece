"""Go through the queue, in a thread that does not draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debcr_core.components import Part
from debcr_core.errors import DebcrError
from debcr_core.files.whole import check_output
from debcr_core.flow.file_restoration import restore_file
from debcr_core.flow.folder_restoration import Outcome, attempt
from debcr_core.flow.pairing import Pair, make_folder
from debcr_core.flow.progress import Progress, Stage
from napari_adapter.batch.goal import Goal, is_there
from napari_adapter.batch.layer_restoration import restore_layer
from napari_adapter.batch.queue import Item, Queue, Standing
from napari_adapter.log.log import told
from napari_adapter.log.viewers_words import in_viewers_words

if TYPE_CHECKING:
    from debcr_core.flow.runner import Runner
    from napari_adapter.engine import Choice, Engine
    from napari_adapter.work import Work

PARTS_OF_TIME: dict[Stage, tuple[float, float]] = {
    "loading": (0.0, 0.0),
    "statistics": (0.0, 0.1),
    "tiles": (0.1, 0.95),
    "writing": (0.95, 1.0),
}
"""From where to where a stage takes an image, roughly."""


@dataclass(frozen=True)
class Run:
    """What `Works.begin` does for a batch.

    Attributes
    ----------
    queue : Queue
        What is to be restored; it may grow meanwhile.
    goal : Goal
        Where to.
    choice : Choice
        By which model.
    engine : Engine
        Opens it, once.
    changed : callable
        Called in the main thread with an item and its new `Standing`.
    replaceable : frozenset of Path
        Outputs that may be replaced, as the user has seen them named.
    made : dict of Path to Path
        Outputs that the queue has made already, and of what.
    """

    queue: Queue
    goal: Goal
    choice: Choice
    engine: Engine
    changed: Callable[[Item, Standing], None]
    replaceable: frozenset[Path] = frozenset()
    made: dict[Path, Path] = field(default_factory=dict)

    def __call__(self, work: Work[None]) -> None:
        """Restore what waits, until nothing does.

        Raises
        ------
        DebcrError
            If the model or the output folder cannot be opened.
        """
        make_folder(self.goal.folder, len(self.queue.waiting()))
        check_output(self.goal.folder / "any", overwrite=True)
        with self.engine.using(self.choice, stop=work.stop) as runner:
            while waiting := self.queue.waiting():
                parts = [item.part for item in waiting]
                pairs = self.goal.pairs(parts, self.engine.plugins, self.made)
                for item, pair in zip(waiting, pairs, strict=True):
                    work.stop.check()
                    if self.queue.begin(item):
                        self._restore(item, pair, runner, work)

    def _restore(self, item: Item, pair: Pair, runner: Runner, work: Work[None]) -> None:
        begun = Standing("working", output=pair.output)
        work.show(self.changed, item, begun)
        if not self._may_replace(pair) and is_there(pair):
            skipped = replace(begun, state="skipped", sentence=f"{pair.output} exists already.")
            work.tell(item, skipped)
            return

        def show(progress: Progress) -> None:
            work.show(self.changed, item, replace(begun, share=share_of(progress)))

        outcome = attempt(pair, partial(self._written, item, runner, work, show))
        if outcome.error is None:
            self.made[pair.output] = item.part.place
        work.tell(item, standing_of(outcome))

    def _written(
        self,
        item: Item,
        runner: Runner,
        work: Work[None],
        show: Callable[[Progress], None],
        pair: Pair,
    ) -> None:
        options: dict[str, Any] = {
            "dtype": self.goal.dtype,
            "overwrite": self._may_replace(pair),
            "progress": show,
            "stop": work.stop,
            "plugins": self.engine.plugins,
        }
        if isinstance(item.source, Part):
            restore_file(pair.source, pair.output, runner, reader=pair.reader, **options)
        else:
            restore_layer(item.source, pair.output, runner, **options)

    def _may_replace(self, pair: Pair) -> bool:
        return self.goal.overwrite or pair.output in self.replaceable


def share_of(progress: Progress) -> float:
    """Return how much of an item is done, from 0 to 1."""
    start, end = PARTS_OF_TIME[progress.stage]
    of_one = start + (end - start) * min(1.0, progress.done / max(progress.total, 1))
    return (progress.image - 1 + of_one) / progress.images


def standing_of(outcome: Outcome) -> Standing:
    """Return how an item that has ended stands."""
    error = outcome.error
    mended = error is None or isinstance(error, DebcrError | MemoryError)
    return Standing(
        state="done" if error is None else "failed",
        sentence="" if error is None else told(error)[0],
        share=1.0,
        output=outcome.pair.output,
        seconds=outcome.seconds,
        warnings=tuple(in_viewers_words(str(each)) for each in outcome.warnings),
        fault=None if mended else error,
    )
