"""How weights are changed: an optimizer and a schedule of PyTorch, and what goes with them."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from debcr_core.errors import nearest
from debcr_plugins.training.short_forms import spelled

OURS = ("constant", "cosine")
"""Schedules of the whole run; all others are PyTorch's."""
ADAMW = "AdamW"
MOMENTUM = (0.9, 0.999)
EVERY = ("epoch", "step")


def _shortest(schedule: Any) -> Any:
    """Return a schedule without parameters as its name, as configurations always had it."""
    part = spelled(schedule)
    alone = isinstance(part, dict) and part.keys() == {"name"}
    return part["name"] if alone else part


class OptimizerConfig(BaseModel):
    """How weights are changed: AdamW, or any other optimizer of PyTorch."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(ADAMW, description="Any class of torch.optim, such as SGD or RAdam.")
    learning_rate: float = Field(1e-3, gt=0, le=1, description="Step size.")
    schedule: Annotated[str | dict[str, Any], BeforeValidator(_shortest)] = Field(
        "constant",
        description="constant; cosine: half a cosine down to zero over all epochs; or any class of "
        "torch.optim.lr_scheduler with its parameters, such as {name: StepLR, step_size: 30}, "
        "which moves on with every epoch, or with every: step.",
    )
    warm_up: int = Field(
        0,
        ge=0,
        le=100_000,
        description="Steps over which the learning rate rises from zero, where it is then constant "
        "or cosine.",
    )
    momentum: tuple[float, float] | float = Field(
        MOMENTUM,
        description="Decay of Adam's running means of gradients and their squares; one number for "
        "optimizers such as SGD.",
    )
    weight_decay: float = Field(
        0.0, ge=0, le=1, description="Weight decay, which AdamW decouples from the gradients."
    )
    parameters: dict[str, Any] = Field(
        {},
        description="Further parameters of the optimizer, such as {nesterov: true}; they may stand "
        "beside its name as well.",
    )
    clip_gradient: float | None = Field(
        None,
        gt=0,
        le=1e6,
        description="Largest norm of all gradients together; more is cut.",
    )
    average: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="Decay of a running mean of the weights, such as 0.999, which is validated and "
        "kept in place of the weights themselves.",
    )

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, given: Any) -> Any:
        """Take the short form, and put the optimizer's own parameters together."""
        given = spelled(given)
        # Where no optimizer is named, an unknown key is a slip of the pen.
        if not isinstance(given, dict) or "name" not in given:
            return given
        own = {key: value for key, value in given.items() if key not in cls.model_fields}
        if not own:
            return given
        rest = {key: value for key, value in given.items() if key in cls.model_fields}
        return {**rest, "parameters": {**rest.get("parameters", {}), **own}}

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.name != ADAMW or self.parameters or isinstance(self.momentum, float):
            self._check_optimizer()
        if self.schedule_name not in OURS:
            self._check_schedule()
        elif not isinstance(self.schedule, str):
            raise ValueError(f'the schedule "{self.schedule_name}" has no parameters')
        return self

    @property
    def schedule_name(self) -> str:
        """The schedule's name."""
        return self.schedule if isinstance(self.schedule, str) else str(self.schedule["name"])

    def _check_optimizer(self) -> None:
        from debcr_plugins.training.torch_choices import (
            OPTIMIZER_FIELDS,
            optimizers,
            parameters_of,
        )

        takes = _of_name(self.name, optimizers(), "optimizer", parameters_of)
        fields = set(type(self).model_fields)
        _check_keys(self.name, self.parameters, takes - OPTIMIZER_FIELDS, fields)
        single = isinstance(self.momentum, float)
        if single and "momentum" not in takes:
            raise ValueError(f"{self.name} has no momentum that is one number")
        if not single and "betas" not in takes and self.momentum != MOMENTUM:
            raise ValueError(f"{self.name} has no pair of momenta")

    def _check_schedule(self) -> None:
        from debcr_plugins.training.torch_choices import parameters_of, schedules

        name = self.schedule_name
        takes = _of_name(name, schedules(), "schedule", parameters_of, OURS)
        given = {} if isinstance(self.schedule, str) else dict(self.schedule)
        every = given.pop("every", EVERY[0])
        given.pop("name", None)
        _check_keys(name, given, takes, {"every"})
        if every not in EVERY:
            raise ValueError(f'the schedule\'s "every" must be epoch or step; it is {every!r}')
        if self.warm_up:
            raise ValueError(
                f"warm_up goes with the schedules constant and cosine: leave it out with {name}"
            )


def _of_name(
    name: str, known: dict[str, Any], kind: str, parameters_of: Any, ours: tuple[str, ...] = ()
) -> set[str]:
    if name not in known:
        where = "torch.optim" if kind == "optimizer" else "torch.optim.lr_scheduler"
        raise ValueError(
            f'{where} has no {kind} "{name}". {nearest(name, [*ours, *sorted(known)])}'
        )
    return set(parameters_of(known[name]))


def _check_keys(name: str, given: dict[str, Any], takes: set[str], beside: set[str]) -> None:
    for key in given:
        if key not in takes:
            raise ValueError(
                f'{name} has no parameter "{key}". {nearest(key, sorted(takes | beside))}'
            )
