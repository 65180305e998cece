"""Mean to 0, mean plus one standard deviation to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debcr_core.components import Normalizer
from debcr_core.hookspecs import hookimpl
from debcr_plugins.normalizers.fitting import HoldingBack

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.statistics import Sifted


class MeanStd(HoldingBack):
    """Map to zero mean and a standard deviation of one."""

    name = "mean-std"

    def zero_and_one(self, part: xr.DataArray | Sifted) -> tuple[float, float]:
        """Return the mean, and the mean plus one standard deviation."""
        from debcr_core.statistics import mean_and_std

        mean, std = mean_and_std(part)
        return mean, mean + std


@hookimpl
def debcr_normalizers() -> list[type[Normalizer]]:
    """Offer the normalizer."""
    return [MeanStd]
