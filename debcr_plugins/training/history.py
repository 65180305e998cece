"""The course of a run: a CSV with a row for each epoch, and a plot of it."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lightning import Callback, LightningModule, Trainer

from debcr_core.files.text import write_text
from debcr_core.files.whole import whole_or_nothing
from debcr_plugins.training.monitoring import Monitor
from debcr_plugins.training.run_folder import RunFolder

Row = dict[str, float]


class History(Callback):
    """Collects the figures of each epoch; a resumed run goes on where its checkpoint was.

    Parameters
    ----------
    folder : RunFolder
        Where CSV and plot go.
    monitor : Monitor
        What is drawn beside the loss.
    """

    def __init__(self, folder: RunFolder, monitor: Monitor) -> None:
        self.folder, self.monitor = folder, monitor
        self.rows: list[Row] = []
        self._started = time.monotonic()
        self._seconds_before = 0.0

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        """Add a row, and write all of them."""
        rate = trainer.optimizers[0].param_groups[0]["lr"]
        seconds = self._seconds_before + time.monotonic() - self._started
        row = {"epoch": trainer.current_epoch + 1, "step": trainer.global_step}
        course = {"learning_rate": rate, "seconds": round(seconds, 1)}
        self.rows.append({**row, **measured(trainer), **course})
        if trainer.is_global_zero:
            write_text(self.folder.metrics, as_csv(self.rows), overwrite=True)
            plot(self.rows, self.folder.plot, self.monitor)

    def state_dict(self) -> dict[str, Any]:
        """Return what a resumed run must know."""
        return {"rows": self.rows}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take up what was known."""
        self.rows = [dict(row) for row in state_dict["rows"]]
        self._seconds_before = self.rows[-1]["seconds"] if self.rows else 0.0


def measured(trainer: Trainer) -> Row:
    """Return the figures of the epoch that ended."""
    return {name: float(value) for name, value in trainer.callback_metrics.items()}


def as_csv(rows: list[Row]) -> str:
    """Return rows as CSV, columns in the order of the first."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def plot(rows: list[Row], path: Path, monitor: Monitor) -> None:
    """Draw loss and what is monitored against the epoch, as PNG."""
    from matplotlib.figure import Figure

    epochs = [row["epoch"] for row in rows]
    figure = Figure(figsize=(7, 4), layout="constrained")
    left = figure.subplots()
    left.plot(epochs, [row["loss"] for row in rows], color="tab:blue", label="training loss")
    left.set(xlabel="epoch", ylabel="training loss", yscale="log")
    right = left.twinx()
    label = f"validation {monitor.label}"
    right.plot(epochs, [row[monitor.column] for row in rows], color="tab:orange", label=label)
    right.axhline(rows[0][monitor.of_input], color="tab:gray", linestyle=":", label="of the input")
    right.set(ylabel=f"{label} ({monitor.unit})" if monitor.unit else label)
    figure.legend(loc="upper center", ncols=3, bbox_to_anchor=(0.5, 1.08))
    with whole_or_nothing(path, overwrite=True) as temporary:
        figure.savefig(temporary, dpi=120, format="png", bbox_inches="tight")
