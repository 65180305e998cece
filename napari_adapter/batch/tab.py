"""The tab: restore many images into a folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QVBoxLayout, QWidget

from debcr_core.errors import DebcrWarning, UsageError
from debcr_core.files.text import write_text
from napari_adapter.batch import asking
from napari_adapter.batch.controls import Controls
from napari_adapter.batch.existing_panel import Answer
from napari_adapter.batch.formats import formats_of
from napari_adapter.batch.goal import Goal, is_there
from napari_adapter.batch.output_form import OutputForm
from napari_adapter.batch.queue import Item, Queue, Standing
from napari_adapter.batch.queue_panel import QueuePanel
from napari_adapter.batch.report import written
from napari_adapter.batch.results import Results
from napari_adapter.batch.run import Run
from napari_adapter.batch.telling import Clock, first_failure, going_on, listed, summary
from napari_adapter.context import Context
from napari_adapter.models.model_chooser import ModelChooser
from napari_adapter.scrolling import ColumnScroll
from napari_adapter.work import Work


class BatchTab(QWidget):
    """Layers, files and folders, restored one after the other into a folder.

    Parameters
    ----------
    context : Context
        The viewer, and what is opened once for all tabs.

    Attributes
    ----------
    queue : Queue
        The images.
    panel, models, form, controls : QWidget
        The list, the model, the outputs, and what does something.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context, self._works = context, context.works()
        self._work: Work[Any] | None = None
        self._clock: Clock | None = None
        self._searching = False
        self.queue = Queue()
        self._results = Results(context)
        self.panel = QueuePanel(context, self.queue)
        self.models, self.form, self.controls = ModelChooser(context), OutputForm(), Controls()
        self._lay_out()
        self.panel.changed.connect(self._show_state)
        self.controls.run.clicked.connect(self._run)
        self.controls.cancel.clicked.connect(self._cancel)
        self.controls.open.clicked.connect(self._open)
        self.controls.report.clicked.connect(self._save_report)
        self._works.begin(lambda _: formats_of(context.engine.plugins), done=self.form.show_formats)
        self._show_state()

    @property
    def running(self) -> bool:
        """Whether something is being done."""
        return self._work is not None

    def _run(self) -> None:
        """Look which outputs exist; where none does, begin."""
        try:
            goal = self.form.goal()
            if not self.queue.items:
                raise UsageError("There is nothing to restore: add layers, files or a folder.")
        except UsageError as error:
            self._context.log.error(error)
            return
        former = {item: item.standing for item in self.queue.items}
        self.queue.renew()
        self.panel.refresh()
        if goal.overwrite:
            self._begin(goal)
        else:
            done = partial(self._looked, goal, former)
            self._do(partial(self._existing, goal), done, "Looking…")

    def _existing(self, goal: Goal, work: Work[list[Path]]) -> list[Path]:
        parts = [item.part for item in self.queue.waiting()]
        found = []
        for pair in goal.pairs(parts, self._context.engine.plugins, self._made()):
            work.stop.check()
            found += [pair.output] * is_there(pair)
        return found

    def _looked(self, goal: Goal, former: dict[Item, Standing], existing: list[Path]) -> None:
        self._ended()
        if not existing:
            self._begin(goal)
            return
        answered = partial(self._answered, goal, former, existing)
        self.controls.existing.ask(existing, answered)
        self.controls.show_share(0)
        self.controls.status.setText("Nothing is begun yet.")
        self._show_state()

    def _answered(
        self, goal: Goal, former: dict[Item, Standing], existing: list[Path], answer: Answer
    ) -> None:
        if answer == "back":
            for item, standing in former.items():
                item.standing = standing
            self.panel.refresh()
            self._show_state()
        else:
            self._begin(goal, frozenset(existing if answer == "replace" else ()))

    def _begin(self, goal: Goal, replaceable: frozenset[Path] = frozenset()) -> None:
        choice, engine = self.models.choice(), self._context.engine
        run = Run(self.queue, goal, choice, engine, self._changed, replaceable, self._made())
        self._clock = Clock(
            self.queue, frozenset(item for item in self.queue.items if item.standing.ended)
        )
        again = partial(self._gone_through, goal, replaceable)
        self._do(run, lambda _: again(), "Opening the model…", told=self._changed)

    def _do(
        self,
        work: Callable[[Work[Any]], Any],
        done: Callable[[Any], None],
        status: str,
        **callbacks: Any,
    ) -> None:
        self._work = self._works.begin(
            work,
            done=done,
            warned=self._heard,
            cancelled=self._cancelled,
            failed=self._failed,
            **callbacks,
        )
        self.controls.status.setText(status)
        self.controls.show_share(None)
        self._show_state()

    def _made(self) -> dict[Path, Path]:
        """Return the outputs of items that are done, and of what they are."""
        done = [item for item in self.queue.items if item.standing.state == "done"]
        return {item.standing.output: item.part.place for item in done if item.standing.output}

    def _changed(self, item: Item, standing: Standing) -> None:
        item.standing = standing
        self.panel.refresh(item)
        if self._clock is not None:
            self.controls.show_share(self._clock.share())
            self.controls.status.setText(going_on(item, self._clock))

    def _heard(self, warning: DebcrWarning) -> None:
        # Each image's are in its row; thousands of notifications would help nobody.
        self._context.log.info(f"Warning of a batch: {warning}")

    def _gone_through(self, goal: Goal, replaceable: frozenset[Path]) -> None:
        # Something may have been added in the very moment in which it ended.
        if self.queue.waiting():
            self._begin(goal, replaceable)
        else:
            self._finished()

    def _finished(self) -> None:
        """Say how it ended, and let the user go on."""
        clock = self._clock
        self._ended()
        if clock is None:
            return
        told = summary(self.queue, clock.seconds)
        self.controls.status.setText(told)
        self.controls.show_share(clock.share())
        self._context.log.info(f"Batch: {told}")
        for fault in [item.standing.fault for item in self.queue.items if item.standing.fault][:1]:
            self._context.log.error(fault)
        if failure := first_failure(self.queue):
            self._context.log.error(failure)

    def _cancelled(self) -> None:
        self.queue.cancel()
        self.panel.refresh()
        self._finished()

    def _failed(self, error: Exception) -> None:
        self.queue.cancel()
        self._ended()
        self.panel.refresh()
        self._context.log.error(error)
        self.controls.status.setText("It could not go on: see the Log tab.")
        self.controls.show_share(0)

    def _ended(self) -> None:
        self._work, self._clock = None, None
        self._show_state()

    def _cancel(self) -> None:
        self.panel.stop()
        if self._work is not None:
            self.controls.status.setText("Stopping…")
            self._work.stop.request()

    def _open(self) -> None:
        chosen = [item for item in self.panel.view.chosen() if item.standing.state == "done"]
        self._results.open(chosen or self.queue.items)

    def _save_report(self) -> None:
        name = asking.ask_report(self, str(Path(self.form.folder.text()) / "report.csv"))
        if name:
            text = written(self.queue.items, Path(name))
            # The dialog has asked whether to replace it.
            self._works.begin(lambda _: write_text(Path(name), text, overwrite=True))

    def _show_state(self) -> None:
        """Enable what can be done now."""
        controls, asked = self.controls, self.controls.existing.isVisibleTo(self)
        searching = self.panel.searching
        ended = any(item.standing.ended for item in self.queue.items)
        can = {
            controls.run: not self.running and not asked,
            controls.cancel: self.running or searching,
            controls.open: self.queue.count("done") > 0,
            controls.report: ended,
        }
        controls.enable([button for button, possible in can.items() if possible])
        if not self.running and (searching or self._searching):
            controls.status.setText(listed(len(self.queue.items), searching=searching))
        self._searching = searching

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Tell of what ended when the widget was closed."""
        super().showEvent(event)
        if self._work is not None and self._work.stop.requested and not self._work.running:
            self._cancelled()

    def _lay_out(self) -> None:
        content = QWidget()
        inner = QVBoxLayout(content)
        inner.addWidget(self.panel, stretch=1)
        inner.addWidget(self.models)
        inner.addWidget(self.form)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(ColumnScroll(content), stretch=1)
        layout.addWidget(self.controls)
