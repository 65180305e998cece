"""Root mean squared error relative to the reference's range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debcr_core.components import Figure, Metric
from debcr_core.hookspecs import hookimpl

if TYPE_CHECKING:
    import xarray as xr


class Nrmse(Metric):
    """Root mean squared error divided by the reference's range (max - min).

    The mean and the range are over all pixels: all planes, channels and time points at once.
    """

    name = "nrmse"

    def measure(self, image: xr.DataArray, reference: xr.DataArray | None) -> list[Figure]:
        """Return the NRMSE.

        Raises
        ------
        UsageError
            If image and reference differ in dims or shape.
        ImageError
            If the reference is constant, or pixels are not finite.
        """
        import numpy as np
        from skimage.metrics import mean_squared_error

        from debcr_core.evaluation import paired_values
        from debcr_plugins.metrics.data_range import range_of

        values, target = paired_values(image, reference)
        error = float(np.sqrt(mean_squared_error(target, values)))
        return [Figure("NRMSE", error / range_of(target), "", "lower")]


@hookimpl
def debcr_metrics() -> list[type[Metric]]:
    """Offer the metric."""
    return [Nrmse]
