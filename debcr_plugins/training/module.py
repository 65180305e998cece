"""What Lightning trains: the network, its loss, its optimizer, and how it is validated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import lightning
import numpy as np
import torch
from torch import Tensor

from debcr_core.components import Loss
from debcr_core.errors import DebcrError, said
from debcr_core.torch_model import TorchModel
from debcr_plugins.training.optimizer_config import OURS, OptimizerConfig
from debcr_plugins.training.optimizers import optimizer_of, schedule_of
from debcr_plugins.training.validation import Validation

Batch = tuple[Tensor, ...]


class Restorer(lightning.LightningModule):
    """A network in training.

    Parameters
    ----------
    model : TorchModel
        Makes the network, and says what of it is compared with the truth.
    loss : Loss
        What is minimised, summed over the network's scales.
    optimizer : OptimizerConfig
        How weights are changed.
    seed : int
        Of the network's first weights and of what is random in it, such as drop-out.
    validation : Validation
        The validation images.
    steps : int
        Of the whole run.
    channels_last : bool
        Keep weights and images of planes with the channels last in memory, as a CPU convolves
        fastest, and a GPU in 16 bits; in 32 bits a GPU does not.
    epochs : int
        Of the whole run.
    """

    def __init__(
        self,
        model: TorchModel,
        loss: Loss,
        optimizer: OptimizerConfig,
        seed: int,
        validation: Validation,
        steps: int,
        channels_last: bool = False,
        epochs: int = 1,
    ) -> None:
        super().__init__()
        self.steps, self.epochs = steps, epochs
        self.model, self.loss, self.seed, self.validation = model, loss, seed, validation
        self.optimizer_config = optimizer
        torch.manual_seed(seed)
        self.network = model.network()
        planes = channels_last and len(model.signature.spatial_axes) == 2
        self.memory = torch.channels_last if planes else torch.contiguous_format
        if planes:
            self.network.to(memory_format=self.memory)  # type: ignore[call-overload]
        self._measured: list[dict[str, float]] = []

    def training_step(self, batch: Batch, _index: int) -> Tensor:
        """Return the loss of a batch: input and target patches, and a mask where some count."""
        # Whatever is random in the network depends on the step alone: a resumed run repeats it.
        torch.manual_seed(_key(self.seed, self.global_step, self.global_rank))
        degraded, truth, *mask = batch
        degraded = degraded.contiguous(memory_format=self.memory)
        outputs = self.model.outputs(self.network, degraded)
        loss = torch.stack([self._scale_loss(out, truth, degraded, mask) for out in outputs]).sum()
        if not torch.isfinite(loss):
            raise DebcrError(
                f"The loss is {loss.item()} in step {self.global_step + 1} (epoch "
                f"{self.current_epoch + 1}): training has left what numbers can hold. The last "
                "checkpoint is from before that. Train anew with a smaller learning rate, or with "
                "clip_gradient: 1."
            )
        self.log("loss", loss, on_step=False, on_epoch=True, prog_bar=True, sync_dist=True)
        return loss

    def _scale_loss(
        self, output: Tensor, truth: Tensor, degraded: Tensor, mask: Sequence[Tensor]
    ) -> Tensor:
        """Return the loss at one scale, against truth and input as the model shows them there."""
        steps = _steps(output, truth)
        truth, degraded, *mask = (
            self.model.coarser(each, steps) for each in (truth, degraded, *mask)
        )
        if not mask:
            return self.loss.measure(output, truth, degraded)
        # Pixels that do not count are given the right value, and the others their weight back. One
        # that averages hidden pixels and others does not count: the network saw part of it.
        counted = mask[0] == 1
        blind = torch.where(counted, output, truth)
        share = counted.float().mean().clamp(min=1 / counted.numel())
        return self.loss.measure(blind, truth, degraded) / share

    def configure_optimizers(self) -> Any:
        """Return the optimizer, and how its learning rate changes.

        Raises
        ------
        UsageError
            If optimizer or schedule cannot be set up.
        """
        config = self.optimizer_config
        optimizer = optimizer_of(config, self.network.parameters())
        if config.schedule_name not in OURS:
            monitor = self.validation.monitor
            changing = schedule_of(config, optimizer, self.steps, self.epochs, monitor)
            return {"optimizer": optimizer, "lr_scheduler": changing}
        # Not `estimated_stepping_batches`, which makes the first epoch's iterator before a resumed
        # run knows which epoch it is in.
        rate = torch.optim.lr_scheduler.LambdaLR(optimizer, self._rate)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": rate, "interval": "step"}}

    def lr_scheduler_step(self, scheduler: Any, metric: Any) -> None:
        """Move the schedule on.

        Raises
        ------
        DebcrError
            If it ends before the run does.
        """
        try:
            super().lr_scheduler_step(scheduler, metric)
        except ValueError as error:
            raise DebcrError(
                f"The schedule {self.optimizer_config.schedule_name} cannot go on: {said(error)} "
                "Make it as long as the run: in steps with every: step, else in epochs."
            ) from error

    def _rate(self, step: int) -> float:
        """Return the share of the learning rate that a step has."""
        config = self.optimizer_config
        rising = min((step + 1) / config.warm_up, 1.0) if config.warm_up else 1.0
        if config.schedule == "constant":
            return rising
        return rising * (0.5 + 0.5 * math.cos(math.pi * min(step / self.steps, 1.0)))

    def on_validation_epoch_start(self) -> None:
        """Open the network for restoring."""
        self._runner = self.validation.runner(self.model, self.network)

    def validation_step(self, index: Tensor, _batch: int) -> None:
        """Restore one validation image as a whole, and measure it on its own scale."""
        try:
            self._measured.append(self.validation.measure(int(index), self._runner))
        except DebcrError as error:
            raise DebcrError(
                f"Validation after epoch {self.current_epoch + 1} failed: {error} If the loss grew "
                "before, train anew with a smaller learning rate, or with clip_gradient: 1."
            ) from error

    def on_validation_epoch_end(self) -> None:
        """Log the means over all validation images, of all processes."""
        self._runner.close()
        names = list(self.validation.figures)
        sums = torch.zeros(len(names) + 1, dtype=torch.float64)
        for figures in self._measured:
            sums += torch.tensor([*(figures[name] for name in names), 1.0], dtype=torch.float64)
        gathered: Any = self.all_gather(sums)
        *total, count = gathered.reshape(-1, len(sums)).sum(dim=0).tolist()
        for name, value in zip(names, total, strict=True):
            self.log(name, value / count, prog_bar=name == self.validation.monitor.column)
        self._measured.clear()


def _steps(output: Tensor, truth: Tensor) -> list[int]:
    """Return, per spatial axis, every how many pixels of the truth the output shows one."""
    sizes = zip(output.shape[2:], truth.shape[2:], strict=True)
    return [-(-whole // size) for size, whole in sizes]


def _key(*numbers: int) -> int:
    """Return one seed made of several numbers."""
    return int(np.random.SeedSequence(numbers).generate_state(1)[0])
