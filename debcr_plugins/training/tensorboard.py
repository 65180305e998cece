"""A run's figures for TensorBoard (https://www.tensorflow.org/tensorboard)."""

from __future__ import annotations

from collections.abc import Mapping

from lightning.pytorch.loggers import TensorBoardLogger

EPOCH = "epoch"


class TensorBoard(TensorBoardLogger):
    """Lightning's logger, with epochs counted from one as everywhere in a run."""

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Log the figures of a step or an epoch."""
        counted = {EPOCH: metrics[EPOCH] + 1} if EPOCH in metrics else {}
        super().log_metrics({**metrics, **counted}, step)
