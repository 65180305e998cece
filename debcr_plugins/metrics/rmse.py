"""Root mean squared error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debcr_core.components import Figure, Metric
from debcr_core.hookspecs import hookimpl

if TYPE_CHECKING:
    import xarray as xr


class Rmse(Metric):
    """Root mean squared error, in the images' own intensity units.

    The mean is over all pixels: all planes, channels and time points at once.
    """

    name = "rmse"

    def measure(self, image: xr.DataArray, reference: xr.DataArray | None) -> list[Figure]:
        """Return the RMSE.

        Raises
        ------
        UsageError
            If image and reference differ in dims or shape.
        ImageError
            If pixels are not finite.
        """
        import numpy as np
        from skimage.metrics import mean_squared_error

        from debcr_core.evaluation import paired_values

        values, target = paired_values(image, reference)
        return [Figure("RMSE", float(np.sqrt(mean_squared_error(target, values))), "", "lower")]


@hookimpl
def debcr_metrics() -> list[type[Metric]]:
    """Offer the metric."""
    return [Rmse]
