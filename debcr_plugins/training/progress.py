"""Show how far a run is: a bar on a terminal; elsewhere, as in a job's log, a line an epoch."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import RichProgressBar
from rich.progress import ProgressColumn, TextColumn, TimeRemainingColumn

from debcr_core.cli.console import stderr
from debcr_core.flow.progress import in_time
from debcr_plugins.training.history import Row, measured
from debcr_plugins.training.monitoring import Monitor

if TYPE_CHECKING:
    from debcr_plugins.pairs.opening import Data


class Split(Callback):
    """Says how the images were divided.

    Parameters
    ----------
    data : Data
        The images.
    """

    def __init__(self, data: Data) -> None:
        self.data = data

    def on_fit_start(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        """Say it, before a bar is there."""
        if trainer.is_global_zero:
            stderr().print(self.data.counts)


class Bar(RichProgressBar):
    """Lightning's bar, on stderr, with what people call epochs and times."""

    def __init__(self) -> None:
        super().__init__(console_kwargs={"stderr": True})

    def configure_columns(self, trainer: Trainer) -> list[ProgressColumn]:
        """Return what stands in a row: what is done, how much of it, how long it will take."""
        what, bar, count, _times, speed = super().configure_columns(trainer)
        return [what, bar, count, TimeRemainingColumn(), TextColumn("left"), speed]

    def _get_train_description(self, current_epoch: int) -> str:
        # As wide as the word that stands here while validating, or the bar would jump.
        return f"Epoch {current_epoch + 1}/{self.trainer.max_epochs}".ljust(
            len(self.validation_description)
        )

    def get_metrics(self, trainer: Trainer, pl_module: LightningModule) -> dict[str, Any]:
        """Return what stands beside the bar."""
        metrics = super().get_metrics(trainer, pl_module)
        return {name: value for name, value in metrics.items() if name != "v_num"}


class Lines(Callback):
    """Says how long the first step took, then the figures of each epoch and what time is left.

    Parameters
    ----------
    monitor : Monitor
        What is said beside the loss.
    """

    def __init__(self, monitor: Monitor) -> None:
        self.monitor = monitor

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        """Begin to take the time."""
        self._began, self._first = time.monotonic(), trainer.current_epoch
        self._steps = 0

    def on_train_batch_start(self, *_: Any) -> None:
        """Take the time of a step."""
        self._step_began = time.monotonic()

    def on_train_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,  # noqa: ARG002
        outputs: Any,  # noqa: ARG002
        batch: Any,
        batch_idx: int,  # noqa: ARG002
    ) -> None:
        """Say what the first step tells about the others."""
        self._steps += 1
        if self._steps == 1 and trainer.is_global_zero:
            seconds = time.monotonic() - self._step_began
            patches = len(batch[0]) * trainer.world_size
            steps = (int(trainer.num_training_batches), trainer.max_epochs or 1)
            stderr().print(first_step(seconds, patches, *steps))

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        """Say those of the epoch that ended."""
        if not trainer.is_global_zero:
            return
        epoch, epochs = trainer.current_epoch + 1, trainer.max_epochs or 1
        pace = (time.monotonic() - self._began) / (epoch - self._first)
        stderr().print(
            line(epoch, epochs, measured(trainer), pace * (epochs - epoch), self.monitor)
        )


def first_step(seconds: float, patches: int, steps: int, epochs: int) -> str:
    """Return what the first step took, and what all of them would take at that pace."""
    epoch = seconds * steps
    return (
        f"First step: {patches} patches in {in_time(seconds)}; an epoch of {steps} steps takes "
        f"about {in_time(epoch)}, all {epochs} about {in_time(epoch * epochs)}, validation not "
        "counted."
    )


def line(epoch: int, epochs: int, figures: Row, left: float, monitor: Monitor) -> str:
    """Return one epoch's figures as a line, with the seconds left for the others."""
    rest = f"; about {in_time(left)} left for {epochs - epoch} more" if epoch < epochs else ""
    after, before = (monitor.text(figures[key]) for key in (monitor.column, monitor.of_input))
    return (
        f"Epoch {epoch}/{epochs}: loss {figures['loss']:.4g}, validation {monitor.label} "
        f"{after} (input {before}){rest}"
    )


def progress(monitor: Monitor) -> Callback:
    """Return what shows progress where stderr leads."""
    return Bar() if stderr().is_terminal else Lines(monitor)
