"""Squares near zero, absolute differences beyond."""

from __future__ import annotations

from pydantic import Field

from debcr_core import Loss, hookimpl


class Huber(Loss):
    """Squared error of small differences, absolute error of large ones (Huber 1964)."""

    name = "huber"

    delta: float = Field(0.1, gt=0, le=100, description="Where one passes into the other.")

    def measure(self, restored, truth, degraded):
        """Return the mean."""
        from torch.nn.functional import huber_loss

        return huber_loss(restored, truth.to(restored.dtype), delta=self.delta)


@hookimpl
def debcr_losses():
    """Offer the loss."""
    return [Huber]
