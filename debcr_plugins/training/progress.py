"""Show how far a run is: a bar on a terminal; elsewhere, as in a job's log, a line an epoch."""

from __future__ import annotations

from typing import Any

from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import RichProgressBar

from debcr_core.cli.console import stderr
from debcr_plugins.training.history import Row, measured
from debcr_plugins.training.validation import MONITORED, OF_INPUT


class Bar(RichProgressBar):
    """Lightning's bar, on stderr, without the number of a logger's run."""

    def __init__(self) -> None:
        super().__init__(console_kwargs={"stderr": True})

    def get_metrics(self, trainer: Trainer, pl_module: LightningModule) -> dict[str, Any]:
        """Return what stands beside the bar."""
        metrics = super().get_metrics(trainer, pl_module)
        return {name: value for name, value in metrics.items() if name != "v_num"}


class Lines(Callback):
    """Says the figures of each epoch."""

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        """Say those of the epoch that ended."""
        if trainer.is_global_zero:
            stderr().print(line(trainer.current_epoch + 1, trainer.max_epochs, measured(trainer)))


def line(epoch: int, epochs: int | None, figures: Row) -> str:
    """Return one epoch's figures as a line."""
    return (
        f"Epoch {epoch}/{epochs}: loss {figures['loss']:.4g}, validation PSNR "
        f"{figures[MONITORED]:.2f} dB (input {figures[OF_INPUT]:.2f} dB)"
    )


def progress() -> Callback:
    """Return what shows progress where stderr leads."""
    return Bar() if stderr().is_terminal else Lines()
