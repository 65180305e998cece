"""Checkpoints that are whole or not there: `last` for going on, `best` for use."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.plugins.io import CheckpointIO

from debcr_core.errors import ReadError, WrongFileError
from debcr_core.files.whole import whole_or_nothing
from debcr_plugins.training.config import TrainingConfig
from debcr_plugins.training.monitoring import Monitor
from debcr_plugins.training.run_folder import RunFolder


class WholeCheckpoints(CheckpointIO):
    """Writes to a temporary name, syncs, renames; reads tensors and plain values alone."""

    def save_checkpoint(
        self,
        checkpoint: dict[str, Any],
        path: str | Path,
        storage_options: Any = None,  # noqa: ARG002
    ) -> None:
        """Write a checkpoint; whatever stood there before is there until it is whole."""
        # In memory first: where the disk is full, torch raises what does not say so.
        content = io.BytesIO()
        torch.save(checkpoint, content)
        with whole_or_nothing(Path(path), overwrite=True) as temporary:
            temporary.write_bytes(content.getbuffer())

    def load_checkpoint(
        self,
        path: str | Path,
        map_location: Any = None,  # noqa: ARG002
        weights_only: bool | None = True,  # noqa: ARG002
    ) -> dict[str, Any]:
        """Read a checkpoint; no code in it runs.

        Raises
        ------
        ReadError
            If it is damaged.
        """
        return load(Path(path))

    def remove_checkpoint(self, path: str | Path) -> None:
        """Remove a checkpoint."""
        Path(path).unlink(missing_ok=True)


def load(path: Path) -> dict[str, Any]:
    """Read a checkpoint.

    Raises
    ------
    ReadError
        If it is missing or damaged.
    """
    try:
        found: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise WrongFileError(f"There is no checkpoint {path}, so nothing to go on from.") from None
    except (RuntimeError, pickle.UnpicklingError, BadZipFile, EOFError, OSError) as error:
        raise ReadError(f"The checkpoint {path} is damaged: {type(error).__name__}.") from error
    return found


def callback_states(checkpoint: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what callbacks kept in a checkpoint, by their class: Lightning adds parameters."""
    return {key.partition("{")[0]: state for key, state in checkpoint["callbacks"].items()}


class KeepLastAndBest(Callback):
    """Writes `last` after each epoch, and `best` after one whose validation was better.

    Parameters
    ----------
    folder : RunFolder
        Where they go.
    export : callable
        Makes a model for use, so that a run can be used before its end.
    config : TrainingConfig
        The run's configuration: a resumed run must not change it.
    monitor : Monitor
        What says which weights are better.
    """

    def __init__(
        self,
        folder: RunFolder,
        export: Callable[[], None],
        config: TrainingConfig,
        monitor: Monitor,
    ) -> None:
        self.folder, self.export, self.monitor = folder, export, monitor
        self.config, self.weights = config.model_dump(mode="json"), config.stopping.weights
        self.best, self.best_epoch = monitor.worst, -1

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        """Write what this epoch asks for."""
        found = float(trainer.callback_metrics[self.monitor.column])
        better = self.monitor.improves(found, self.best)
        if better:
            self.best, self.best_epoch = found, trainer.current_epoch
            trainer.save_checkpoint(self.folder.best)
            if trainer.is_global_zero and self.weights == "best":
                self.export()
        # The last one knows that the best one is there: an end between the two repeats the epoch.
        trainer.save_checkpoint(self.folder.last)
        if trainer.is_global_zero and self.weights == "last":
            self.export()

    def state_dict(self) -> dict[str, Any]:
        """Return what a resumed run must know."""
        return {"best": self.best, "best_epoch": self.best_epoch, "config": self.config}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take up what was known."""
        self.best, self.best_epoch = state_dict["best"], state_dict["best_epoch"]
