"""Shannon entropy, by which the paper tells sparse images from dense ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debcr_core.components import Figure, Metric
from debcr_core.hookspecs import hookimpl

if TYPE_CHECKING:
    import xarray as xr


class Entropy(Metric):
    """Shannon entropy of the 8-bit histogram, between 0 and 8 bit; below 5 the image is sparse.

    The image's smallest pixel goes to 0, its largest to 255, the others linearly to the nearest
    integer; the entropy is ``-Σ p log₂ p`` over the shares p of these 256 values. A stack has one
    histogram. A constant image has an entropy of 0.
    """

    name = "entropy"

    def measure(self, image: xr.DataArray, reference: xr.DataArray | None) -> list[Figure]:  # noqa: ARG002
        """Return the entropy of the image; the reference is not used.

        Raises
        ------
        ImageError
            If pixels are not finite.
        """
        import numpy as np
        from skimage.measure import shannon_entropy

        from debcr_core.evaluation import finite_values

        values = finite_values(image, "image")
        # Counted from the smallest pixel: a constant image then needs no division by its range.
        above = values - values.min()
        levels = np.round(above / (above.max() or 1) * 255).astype(np.uint8)
        return [Figure("Entropy", float(shannon_entropy(levels, base=2)), "bit")]


@hookimpl
def debcr_metrics() -> list[type[Metric]]:
    """Offer the metric."""
    return [Entropy]
