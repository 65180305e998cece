"""A parameter that is drawn anew for every simulated image."""

from typing import Annotated, TypeVar

import numpy as np
from pydantic import AfterValidator, BaseModel


class _DrawnOnce:
    """Marks a parameter that all objects of an image share."""


def _ordered(limits: tuple[float, float]) -> tuple[float, float]:
    if limits[0] > limits[1]:
        raise ValueError("must run from low to high")
    return limits


def within(lowest: float, highest: float = 1e6) -> AfterValidator:
    """Return what checks that a range stays between two values (as `ShareRange` does)."""

    def check(limits: tuple[float, float]) -> tuple[float, float]:
        if not lowest <= limits[0] <= limits[1] <= highest:
            raise ValueError(f"must stay between {lowest:g} and {highest:g}")
        return limits

    return AfterValidator(check)


ObjectLimits = Annotated[tuple[float, float], AfterValidator(_ordered)]
"""Low and high end, both included, of what every object of an image draws for itself; takes one
`within`, which is the one that a message names."""

Limits = Annotated[ObjectLimits, _DrawnOnce()]
"""Low and high end, both included, of what an image draws; equal ends fix the parameter. Takes one
`within`."""

ObjectRange = Annotated[ObjectLimits, within(0)]
"""What every object draws, not negative."""

Range = Annotated[Limits, within(0)]
"""What an image draws, not negative."""

ShareRange = Annotated[Limits, within(0, 1)]
"""A share, from nothing to all."""

LogRange = Annotated[Limits, within(0, 5)]
"""A standard deviation of logarithms; beyond 5 numbers would overflow."""

Parameters = TypeVar("Parameters", bound=BaseModel)


def draw(limits: tuple[float, float], rng: np.random.Generator) -> float:
    """Draw from a range: log-uniformly where its low end is positive, else uniformly."""
    low, high = limits
    if low > 0:
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))
    return float(rng.uniform(low, high))


def settle(parameters: Parameters, rng: np.random.Generator) -> Parameters:
    """Return the parameters with each `Range` narrowed to a value drawn from it.

    What is drawn from the result is then known beforehand, so that it can be written down.
    """
    settled = {}
    for name, field in type(parameters).model_fields.items():
        if any(isinstance(mark, _DrawnOnce) for mark in field.metadata):
            value = draw(getattr(parameters, name), rng)
            settled[name] = (value, value)
    return parameters.model_copy(update=settled)
