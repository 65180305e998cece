"""The optimizers and schedules of PyTorch, by their names.

Source: https://docs.pytorch.org/docs/stable/optim.html
"""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch.optim import Optimizer, lr_scheduler
from torch.optim.lr_scheduler import LRScheduler

OPTIMIZER_FIELDS = {"lr", "betas", "momentum", "weight_decay"}
"""Parameters that have a field of their own in `OptimizerConfig`."""
NOT_OF_USERS = {"self", "params", "optimizer", "last_epoch", "verbose"}


FOR_SPARSE_GRADIENTS = {"SparseAdam"}
"""Optimizers that refuse the gradients of convolutions."""


def optimizers() -> dict[str, type[Optimizer]]:
    """Return all optimizers by name."""
    found = _classes(torch.optim, Optimizer)
    return {name: found[name] for name in found.keys() - FOR_SPARSE_GRADIENTS}


def schedules() -> dict[str, type[LRScheduler]]:
    """Return all schedules by name."""
    return _classes(lr_scheduler, LRScheduler)


def _classes(module: Any, base: type[Any]) -> dict[str, Any]:
    public = {name: each for name, each in vars(module).items() if not name.startswith("_")}
    return {
        name: each
        for name, each in public.items()
        if isinstance(each, type) and issubclass(each, base) and each is not base
    }


def parameters_of(maker: type[Any]) -> list[str]:
    """Return the parameters of an optimizer or a schedule that a user may give."""
    return [name for name in inspect.signature(maker).parameters if name not in NOT_OF_USERS]
