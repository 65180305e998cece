"""Peak signal-to-noise ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from debcr_core.components import Figure, Metric
from debcr_core.hookspecs import hookimpl

if TYPE_CHECKING:
    import xarray as xr


class Psnr(Metric):
    """Peak signal-to-noise ratio, ``10 log₁₀(range² / mean squared error)``, in dB.

    The mean is over all pixels: all planes, channels and time points at once. Identical images
    have an infinite PSNR.
    """

    name = "psnr"

    data_range: float | None = Field(
        default=None,
        gt=0,
        description="Intensity range taken as the peak; by default the reference's max - min. "
        "The paper's is 1, on images normalised to [0, 1].",
    )

    def measure(self, image: xr.DataArray, reference: xr.DataArray | None) -> list[Figure]:
        """Return the PSNR.

        Raises
        ------
        UsageError
            If image and reference differ in dims or shape.
        ImageError
            If the reference is constant and no range is given, or pixels are not finite.
        """
        import numpy as np
        from skimage.metrics import peak_signal_noise_ratio

        from debcr_core.evaluation import paired_values
        from debcr_plugins.metrics.data_range import range_of

        values, target = paired_values(image, reference)
        peak = self.data_range or range_of(target)
        with np.errstate(divide="ignore"):  # identical images: infinite, as documented
            ratio = peak_signal_noise_ratio(target, values, data_range=peak)
        return [Figure("PSNR", float(ratio), "dB", "higher")]


@hookimpl
def debcr_metrics() -> list[type[Metric]]:
    """Offer the metric."""
    return [Psnr]
