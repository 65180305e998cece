"""Parameters that are one number for all axes, or one for each."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError

from debcr_core.errors import UsageError


def _one_message(minimum: int) -> WrapValidator:
    # Pydantic would complain about the number and about the list, whichever was meant.
    def check(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
        try:
            return validate(value)
        except ValidationError:
            raise PydanticCustomError(
                "per_axis",
                "Input should be a whole number greater than or equal to {minimum}, or a list "
                "such as [64,64] with one for each axis",
                {"minimum": minimum},
            ) from None

    return WrapValidator(check)


NotNegative = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
NotNegativePerAxis = Annotated[NotNegative | tuple[NotNegative, ...], _one_message(0)]
PositivePerAxis = Annotated[Positive | tuple[Positive, ...], _one_message(1)]


def per_axis(name: str, value: int | tuple[int, ...], axes: int) -> tuple[int, ...]:
    """Return one number for each of the model's spatial axes.

    Raises
    ------
    UsageError
        If there are more or fewer numbers than axes.
    """
    if isinstance(value, int):
        return (value,) * axes
    if len(value) != axes:
        raise UsageError(
            f"{written(name, value)} is for {len(value)} axes, but the model works on {axes}: "
            f"give one number for each of them, or a single one for all, such as {name}=64."
        )
    return value


def written(name: str, value: int | tuple[int, ...]) -> str:
    """Return a parameter as it is written on the command line: ``tile=[32,256,256]``."""
    if isinstance(value, int):
        return f"{name}={value}"
    return f"{name}=[{','.join(map(str, value))}]"
