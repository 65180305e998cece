"""Structural similarity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from debcr_core.components import Figure, Metric
from debcr_core.errors import ImageError
from debcr_core.hookspecs import hookimpl

if TYPE_CHECKING:
    import xarray as xr

WINDOW = 7


class Ssim(Metric):
    """Mean structural similarity in uniform windows of 7x7 pixels, at most 1.

    scikit-image's defaults (K1 = 0.01, K2 = 0.03, sample covariance), as the paper's authors
    used it (https://github.com/leeroyhannover/DeBCR, ``util/metrics.py``). Of a stack it is the
    mean over its yx planes, all set against one intensity range.

    References
    ----------
    Wang, Bovik, Sheikh and Simoncelli (2004), https://doi.org/10.1109/TIP.2003.819861
    """

    name = "ssim"

    data_range: float | None = Field(
        default=None,
        gt=0,
        description="Intensity range of the images; by default the reference's max - min, over "
        "the whole stack.",
    )

    def measure(self, image: xr.DataArray, reference: xr.DataArray | None) -> list[Figure]:
        """Return the SSIM.

        Raises
        ------
        UsageError
            If image and reference differ in dims or shape.
        ImageError
            If the planes are smaller than the window, the reference is constant and no range
            is given, or pixels are not finite.
        """
        import numpy as np
        from skimage.metrics import structural_similarity

        from debcr_core.evaluation import paired_values
        from debcr_plugins.metrics.data_range import range_of
        from debcr_plugins.metrics.planes import planes

        values, target = paired_values(image, reference)
        extent = self.data_range or range_of(target)
        if min(values.shape[-2:]) < WINDOW:
            raise ImageError(
                f"SSIM looks through windows of {WINDOW}×{WINDOW} pixels, and the planes have "
                f"only {values.shape[-2]}×{values.shape[-1]}."
            )
        scores = [
            structural_similarity(wanted, plane, win_size=WINDOW, data_range=extent)
            for plane, wanted in zip(planes(values), planes(target), strict=True)
        ]
        return [Figure("SSIM", float(np.mean(scores)), "", "higher")]


@hookimpl
def debcr_metrics() -> list[type[Metric]]:
    """Offer the metric."""
    return [Ssim]
