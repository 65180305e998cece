"""The optimizer and the schedule of a run, set up as its configuration says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import ReduceLROnPlateau

from debcr_core.errors import UsageError, said
from debcr_plugins.training.optimizer_config import OURS, OptimizerConfig
from debcr_plugins.training.torch_choices import optimizers, parameters_of, schedules

if TYPE_CHECKING:
    from debcr_plugins.training.monitoring import Monitor

LENGTHS = ("T_max", "total_steps")
"""Parameters of schedules that are by default the whole run."""


def has_the_length_of_the_run(config: OptimizerConfig) -> bool:
    """Say whether the schedule is laid out for a number of epochs that it is not told itself."""
    if config.schedule_name in OURS:
        return False
    given = {} if isinstance(config.schedule, str) else config.schedule
    takes = parameters_of(schedules()[config.schedule_name])
    return "epochs" not in given and any(name in takes and name not in given for name in LENGTHS)


def optimizer_of(config: OptimizerConfig, weights: Iterable[torch.nn.Parameter]) -> Optimizer:
    """Set up the optimizer.

    Raises
    ------
    UsageError
        If it does not take these weights, or a value of a parameter.
    """
    maker = optimizers()[config.name]
    takes = parameters_of(maker)
    momentum = "betas" if isinstance(config.momentum, tuple) else "momentum"
    fields = {
        "lr": config.learning_rate,
        momentum: config.momentum,
        "weight_decay": config.weight_decay,
    }
    given = {name: value for name, value in fields.items() if name in takes}
    made: Optimizer = _made("optimizer", config.name, maker, weights, **given, **config.parameters)
    return made


def schedule_of(
    config: OptimizerConfig, optimizer: Optimizer, steps: int, epochs: int, monitor: Monitor
) -> dict[str, Any]:
    """Set up a schedule of PyTorch, as Lightning takes it.

    Parameters
    ----------
    config : OptimizerConfig
        Its schedule is none of ours.
    optimizer : torch.optim.Optimizer
        What it changes.
    steps, epochs : int
        Of the whole run.
    monitor : Monitor
        What a schedule looks at that waits for a plateau.

    Raises
    ------
    UsageError
        If it does not take a value of a parameter.
    """
    part = {} if isinstance(config.schedule, str) else dict(config.schedule)
    part.pop("name", None)
    every = part.pop("every", "epoch")
    maker = schedules()[config.schedule_name]
    takes = parameters_of(maker)
    if issubclass(maker, ReduceLROnPlateau):
        part.setdefault("mode", monitor.mode)
    elif "epochs" not in part:
        whole = steps if every == "step" else epochs
        part = {**{name: whole for name in LENGTHS if name in takes}, **part}
    made = _made("schedule", config.schedule_name, maker, optimizer, **part)
    interval = "epoch" if isinstance(made, ReduceLROnPlateau) else every
    return {"scheduler": made, "interval": interval, "monitor": monitor.column}


def _made(kind: str, name: str, maker: Any, *given: Any, **parameters: Any) -> Any:
    try:
        return maker(*given, **parameters)
    except Exception as error:
        raise UsageError(f"The {kind} {name} cannot be set up: {said(error)}.") from error
