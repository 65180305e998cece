"""Losses that compare pixel by pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debcr_core.components import Loss
from debcr_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from torch import Tensor


class MeanAbsoluteError(Loss):
    """Mean absolute difference: outliers count less than with squares."""

    name = "mae"

    def measure(self, restored: Tensor, truth: Tensor, degraded: Tensor) -> Tensor:  # noqa: ARG002
        """Return the mean absolute difference (see `Loss.measure`)."""
        return (restored - truth).abs().mean()


class MeanSquaredError(Loss):
    """Mean squared difference: what PSNR measures."""

    name = "mse"

    def measure(self, restored: Tensor, truth: Tensor, degraded: Tensor) -> Tensor:  # noqa: ARG002
        """Return the mean squared difference (see `Loss.measure`)."""
        return (restored - truth).square().mean()


@hookimpl
def debcr_losses() -> list[type[Loss]]:
    """Offer the losses."""
    return [MeanAbsoluteError, MeanSquaredError]
