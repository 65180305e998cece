"""Patches in batches: which ones is a function of seed and epoch, whatever happened before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from torch.utils.data import DataLoader, Sampler

from debcr_core.notices import say
from debcr_plugins.training.data.sampling import EpochSampler
from debcr_plugins.training.ending import end_with_parent

if TYPE_CHECKING:
    from lightning import Trainer

    from debcr_plugins.training.config import TrainingConfig
    from debcr_plugins.training.data.patches import Patches

Key = tuple[int, int]


class EpochOrder(Sampler[Key]):
    """The keys (epoch, index) of an epoch's patches, in its order; of one process its share.

    Parameters
    ----------
    length : int
        Patches in an epoch.
    seed : int
        Of the order.
    trainer : lightning.Trainer
        Knows epoch and process when the iteration begins.
    """

    def __init__(self, length: int, seed: int, trainer: Trainer) -> None:
        self.length, self.seed, self.trainer = length, seed, trainer

    def __iter__(self) -> Iterator[Key]:
        # Not `current_epoch`: a resumed run makes its first iterator before it has counted up that.
        progress: Any = self.trainer.fit_loop.epoch_progress.current
        epoch = progress.processed
        rank, world = self.trainer.global_rank, self.trainer.world_size
        for index in EpochSampler(self.length, self.seed, epoch, rank, world):
            yield epoch, index

    def __len__(self) -> int:
        return len(EpochSampler(self.length, self.seed, 0, 0, self.trainer.world_size))


class Share(Sampler[int]):
    """Every n-th validation image, for one of n processes."""

    def __init__(self, length: int, trainer: Trainer) -> None:
        self.length, self.trainer = length, trainer

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.trainer.global_rank, self.length, self.trainer.world_size))

    def __len__(self) -> int:
        return len(range(self.trainer.global_rank, self.length, self.trainer.world_size))


def training_batches(patches: Patches, config: TrainingConfig, trainer: Trainer) -> DataLoader[Any]:
    """Return the batches of an epoch.

    Parameters
    ----------
    patches : Patches
        Cuts them.
    config : TrainingConfig
        Size of a batch and number of workers.
    trainer : lightning.Trainer
        Knows epoch and process.

    Warns
    -----
    DebcrWarning
        If an epoch has fewer patches than a batch: it is made smaller.
    """
    workers = config.machine.workers
    return DataLoader(
        patches,  # type: ignore[arg-type]
        batch_size=_batch_size(len(patches), config.batch_size, trainer.world_size),
        sampler=EpochOrder(len(patches), config.seed, trainer),
        num_workers=workers,
        persistent_workers=workers > 0,
        worker_init_fn=end_with_parent,
        drop_last=False,
    )


def _batch_size(patches: int, wanted: int, processes: int) -> int:
    """Return the patches of a batch in each process."""
    if patches < wanted:
        say(
            f"An epoch has {patches} patches, fewer than a batch of {wanted}: batches are made "
            "smaller. More images, or patches.per_epoch, would fill them.",
            kind="small-batches",
        )
    return max(min(wanted, patches) // processes, 1)


def validation_images(count: int, trainer: Trainer) -> DataLoader[Any]:
    """Return the numbers of the validation images, one by one."""
    return DataLoader(range(count), batch_size=1, sampler=Share(count, trainer))  # type: ignore[arg-type]
