"""Smallest pixel to 0, largest to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debcr_core.components import Normalizer
from debcr_core.hookspecs import hookimpl
from debcr_plugins.normalizers.fitting import HoldingBack

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.published import Published
    from debcr_core.statistics import Sifted


class MinMax(HoldingBack):
    """Map the smallest pixel to 0 and the largest to 1."""

    name = "min-max"

    def zero_and_one(self, part: xr.DataArray | Sifted) -> tuple[float, float]:
        """Return minimum and maximum."""
        from debcr_core.statistics import extremes

        return extremes(part)

    def published(self, axes: str) -> Published:
        """Return the same in steps of a bundle (see `Normalizer.published`)."""
        from debcr_core.published import Published
        from debcr_plugins.normalizers.in_bundles import scale_range

        return Published((scale_range(0.0, 100.0, self.per, axes),), left_out=self.left_out)


@hookimpl
def debcr_normalizers() -> list[type[Normalizer]]:
    """Offer the normalizer."""
    return [MinMax]
