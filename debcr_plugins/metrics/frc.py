"""Resolution by Fourier ring correlation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from debcr_core.components import Figure, Metric
from debcr_core.hookspecs import hookimpl

if TYPE_CHECKING:
    import xarray as xr


class Frc(Metric):
    """Finest detail on which image and reference agree, by Fourier ring correlation.

    Two resolutions: where the correlation first falls below 1/7, and below the half-bit curve.
    In µm, or in pixels where the pixel size is unknown. NaN: the images agree down to the
    limit of two pixels; infinite: they agree on no detail. See
    `debcr_plugins.metrics.fourier_rings` for rings, window and stacks.
    """

    name = "frc"

    taper: float = Field(
        default=0.25,
        ge=0,
        le=1,
        description="Share of each side that fades out towards the borders (Tukey window): "
        "0 for none, 1 for a Hann window.",
        json_schema_extra={"advanced": True},
    )

    def measure(self, image: xr.DataArray, reference: xr.DataArray | None) -> list[Figure]:
        """Return the resolutions at 1/7 and at half a bit.

        Raises
        ------
        UsageError
            If image and reference differ in dims or shape.
        ImageError
            If the reference is constant, the planes are too small to hold a ring, or pixels are
            not finite.
        """
        from debcr_core.evaluation import required
        from debcr_plugins.metrics.fourier_rings import ONE_SEVENTH, frc_curve

        curve = frc_curve(image, required(reference), self.taper)
        return [
            Figure("FRC resolution 1/7", curve.resolution(ONE_SEVENTH), curve.unit, "lower"),
            Figure(
                "FRC resolution half-bit", curve.resolution(curve.half_bit), curve.unit, "lower"
            ),
        ]

    def plot(self, images: Mapping[str, xr.DataArray], reference: xr.DataArray, path: Path) -> None:
        """Draw the curve of each image, with both thresholds."""
        from debcr_plugins.metrics.fourier_rings import frc_curve
        from debcr_plugins.metrics.frc_plot import frc_plot

        curves = {name: frc_curve(image, reference, self.taper) for name, image in images.items()}
        frc_plot(curves, path)


@hookimpl
def debcr_metrics() -> list[type[Metric]]:
    """Offer the metric."""
    return [Frc]
