"""Which patches an epoch has, and in which order: the same on every machine and after a resume."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from debcr_core.errors import UsageError

Key = tuple[int, int]
"""Epoch and index of a patch."""


@dataclass(frozen=True)
class EpochSampler:
    """Indices of one epoch's patches, in an order drawn for that epoch.

    Of several processes each gets its own share, all of one length; up to ``world - 1`` patches
    are left over in an epoch, others in each.

    Attributes
    ----------
    length : int
        Patches in an epoch.
    seed : int
        Another seed gives another order.
    epoch : int
        Number of the epoch, from 0.
    rank, world : int
        Number of this process, from 0, and how many there are.

    Raises
    ------
    UsageError
        If there are fewer patches than processes.
    """

    length: int
    seed: int
    epoch: int
    rank: int = 0
    world: int = 1

    def __post_init__(self) -> None:
        if self.length < self.world:
            raise UsageError(
                f"An epoch of {self.length} patches cannot be shared by {self.world} processes: "
                "ask for more patches (per_epoch) or fewer devices."
            )

    def __len__(self) -> int:
        return self.length // self.world

    def __iter__(self) -> Iterator[int]:
        order = np.random.default_rng((self.seed, self.epoch)).permutation(self.length)
        share: list[int] = order[self.rank :: self.world][: len(self)].tolist()
        return iter(share)
