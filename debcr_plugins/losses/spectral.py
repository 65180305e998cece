"""The loss of the paper: squared error of the pixels plus error of the spectrum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from debcr_core.components import Loss
from debcr_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from torch import Tensor

SMALLEST = 1e-4
ORDINARY = 10.0
"""Brings errors that were divided by noise to about one, in which gradients are well cut."""


class SpectralLoss(Loss):
    """``pixels · mean (p − t)² + spectrum · mean |FFT(p) − FFT(t)|``.

    Equations 1–3 of Li, Kudryashev, Yakimovich, ECCV 2024,
    https://doi.org/10.1007/978-3-031-73226-3_22, at one scale; training adds up the scales.

    The Fourier transform runs over both axes of the image. In the released code (``debcr`` 0.1.0)
    it runs over one: its images are ``(y, x, channel)`` and TensorFlow's ``rfft2d`` takes the last
    two axes, of which the last has length one. What remains is a transform along the width, without
    a factor: ``axes="width"``.
    """

    name = "spectral"

    pixels: float = Field(1.0, ge=0, le=1e6, description="Weight of the mean squared error.")
    spectrum: float = Field(0.5, ge=0, le=1e6, description="Weight of the spectrum's error.")
    axes: Literal["image", "width"] = Field(
        "image",
        description="Axes of the Fourier transform: both, or as released, the width alone.",
        json_schema_extra={"advanced": True},
    )
    norm: Literal["backward", "ortho"] = Field(
        "backward",
        description="backward: a transform without a factor, as released; the spectrum weighs the "
        "more, the larger a patch is. ortho: one that keeps the sum of squares, so that weights "
        "mean the same for any size.",
        json_schema_extra={"advanced": True},
    )
    noise_power: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Divide errors by this power of each patch's noise, the standard deviation of "
        "what should change: else the patches with most of it drown the others. What a good "
        "restoration leaves grows as about the root of noise (0.5), and as blur itself (1).",
        json_schema_extra={"advanced": True},
    )

    def measure(self, restored: Tensor, truth: Tensor, degraded: Tensor) -> Tensor:
        """Return the weighted sum (see `Loss.measure`)."""
        import torch

        error = restored.float() - truth
        if self.noise_power:
            error = ORDINARY * error / _noise(truth, degraded) ** self.noise_power
        axes = (-2, -1) if self.axes == "image" else (-1,)
        spectrum = torch.fft.fftn(error, dim=axes, norm=self.norm).abs()
        loss: Tensor = self.pixels * error.square().mean() + self.spectrum * spectrum.mean()
        return loss


def _noise(truth: Tensor, degraded: Tensor) -> Tensor:
    """Return the standard deviation of what should change in each patch."""
    over = tuple(range(1, truth.ndim))
    noise: Tensor = (degraded - truth).std(dim=over, keepdim=True)
    return noise.clamp(min=SMALLEST)


@hookimpl
def debcr_losses() -> list[type[Loss]]:
    """Offer the loss."""
    return [SpectralLoss]
